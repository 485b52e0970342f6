"""The pages, the HTTP API and the event streams."""
