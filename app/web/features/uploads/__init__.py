"""Uploads: previewed, their columns and settings chosen, then started as jobs."""
