"""Schedules for administrators: pages and the API."""
