"""E-mails and webhook calls: queued when a job ends, and sent in the background."""
