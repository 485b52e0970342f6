"""E-mail and webhooks that tell people and programs about their jobs."""
