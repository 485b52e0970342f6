"""Results: rows, files, quantities, reviews, libraries, versions."""
