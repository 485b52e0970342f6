"""Alerts about the installation, for administrators: page and API."""
