"""How templates are found and rendered, and how they write numbers."""
