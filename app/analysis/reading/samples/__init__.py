"""Which columns hold samples, or name them."""
