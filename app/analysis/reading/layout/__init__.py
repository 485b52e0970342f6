"""Which column of a table is which, by its header and the rows around it."""
