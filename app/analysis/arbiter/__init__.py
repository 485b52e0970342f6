"""The arbiter: the tables of one run by two programs side by side, and which of them is right."""
