from . import question, survey  # noqa: F401  register what the admin shows
