"""Proof bundles of runs, and the keys that sign them."""
