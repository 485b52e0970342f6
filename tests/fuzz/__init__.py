"""Malformed tables and requests by the hundred, against a running Sialoscope."""
