"""Which jobs are listed or acted upon: the filter in an address, and the typed filter."""
