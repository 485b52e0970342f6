"""Backups: everything of an installation in one file, taken while it runs, and put back."""
