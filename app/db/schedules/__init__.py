"""Schedules and their runs in the database."""
