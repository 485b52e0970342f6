"""Accounts on the pages: login, one's own account, links by e-mail, and administration."""
