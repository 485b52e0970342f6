"""How likely the classes of a table have their own names, by their times and fragments."""
