"""What a request may send: its size, its encoding, its form and its files."""
