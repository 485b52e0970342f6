"""The history of a job: its attempts, and the log of each."""
