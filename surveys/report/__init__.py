"""Results as files: a table to count on with, and a report to hand in. Made from surveys.results, like the page."""
