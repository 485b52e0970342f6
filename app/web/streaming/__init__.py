"""Server-sent events: the stream of one job, the stream of all jobs, their limits and access."""
