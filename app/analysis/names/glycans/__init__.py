"""What a name says of the glycan: its core, further sugars and O-acetyl groups."""
