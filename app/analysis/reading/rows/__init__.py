"""Which rows of a table are no peaks of their own: qualifiers, standards and further headers."""
