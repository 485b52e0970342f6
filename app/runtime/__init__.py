"""Small helpers that any process uses: Redis connections, background tasks, private files."""
