from . import group, membership, person  # noqa: F401  register what the admin shows
