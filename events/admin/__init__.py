from . import certificate, event, message, people  # noqa: F401  register what the admin shows
