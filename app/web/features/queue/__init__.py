"""The queue: whether it is paused, and the order of the jobs that wait in it."""
