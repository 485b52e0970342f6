"""What can be done to a job, once for pages, API and workers."""
