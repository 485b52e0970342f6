"""The result of a job: its page, rows, plots, exports and records."""
