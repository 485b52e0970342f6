"""The state of one analysis, which the rules hand on from one to the next."""
