"""Which rows of a result are wanted: the filter, its parameters, its form and its choices."""
