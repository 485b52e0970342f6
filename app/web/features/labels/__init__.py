"""Names, tags and notes of jobs."""
