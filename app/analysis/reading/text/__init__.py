"""Read a table of text: its encoding, its separator, its header and its records."""
