"""The retention model: what it is fitted to, how it is fitted, and what it predicts."""
