"""What would change the call of a row: the smallest change of a peak that flips it."""
