"""Retention libraries in the database."""
