"""What would change the assignment of a row: the smallest changes that flip its call."""
