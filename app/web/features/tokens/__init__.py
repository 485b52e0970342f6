"""API tokens: page and API."""
