"""Accounts, logins, roles, and who sees what."""
