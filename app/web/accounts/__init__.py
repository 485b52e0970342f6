"""Accounts on the pages: logging in, one's own account, links by mail, and administration."""
