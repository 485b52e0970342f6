"""Actions on all jobs that match a filter, with their progress."""
