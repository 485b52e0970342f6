"""Retention libraries."""
