"""The job table, the truth about every job, and its migrations."""
