"""Which column, or which columns together, hold the names."""
