"""Schedules of recurring tasks, for administrators: pages and API."""
