"""Schedules for administrators: a page and the API."""
