"""The seam that web and workers both know: events and tasks."""
