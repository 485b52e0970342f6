"""What every response has: headers, methods, pages of lists, and files in chunks."""
