"""Which jobs are listed: search, filters, and the jobs of a batch."""
