"""What the cells of a column say: numbers in any notation, units, names and anchors."""
