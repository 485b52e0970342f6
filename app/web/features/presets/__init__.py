"""Settings saved under a name."""
