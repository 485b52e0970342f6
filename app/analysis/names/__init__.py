"""What the name of a ganglioside says: its composition, its mass and what it can lose."""
