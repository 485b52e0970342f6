"""The security trail: who acts, and what was done to accounts and settings."""
