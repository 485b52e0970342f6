"""Makes the objects of the web once, from its settings, for ``app.main``."""
