"""Small helpers that any process uses: Redis connections, background tasks, memory limits."""
