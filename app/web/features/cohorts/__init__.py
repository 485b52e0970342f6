"""The cohort of a result: its samples, the species by sample, and groups compared."""
