"""Runs of schedules: each once, also with several schedulers."""
