"""E-mail and webhooks in the database: choices, addresses and outboxes."""
