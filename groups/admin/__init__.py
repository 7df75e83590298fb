from . import group, membership  # noqa: F401  register what the admin shows
