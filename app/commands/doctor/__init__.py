"""``sialoscope doctor``: finds what is wrong with the set-up, and says how to fix it."""
