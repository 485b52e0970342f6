"""What each m/z says of its label: how far it is off, and which labels have the same mass."""
