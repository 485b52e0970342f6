"""How arrays are computed fast, whatever they mean: distinct values, and blocks in threads."""
