"""What web and workers both know: events, tasks, job states and schedules."""
