"""What a header says: the role of its column, its unit, and whether it is of a statistic."""
