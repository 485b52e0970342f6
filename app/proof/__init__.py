"""Proof bundles: one file that shows, without a server, what a run was given and what it found."""
