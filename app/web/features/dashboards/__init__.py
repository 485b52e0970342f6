"""Dashboards on other sites: stream tokens, and tiles to embed."""
