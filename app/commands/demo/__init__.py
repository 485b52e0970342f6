"""``sialoscope demo``: fills an installation with a gallery, a story to look at."""
