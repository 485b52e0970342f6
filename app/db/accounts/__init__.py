"""Accounts in the database, with their links, tokens and shared jobs."""
