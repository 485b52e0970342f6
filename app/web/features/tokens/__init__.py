"""API tokens on a page and by programs."""
