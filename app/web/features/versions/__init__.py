"""Versions of a job: overrides, refits and comparisons."""
