"""Reviews: readers judge rows without seeing the calls or each other."""
