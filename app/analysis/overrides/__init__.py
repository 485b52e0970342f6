"""A person's decisions on rows: how they are checked and stored, and how they change a result."""
