"""Uploads: previewed, given columns and settings, then started as jobs."""
