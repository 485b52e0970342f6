"""``sialoscope doctor``: what of this installation is set up wrongly, and what to do about it."""
