"""What to look for next: species that should be there, and standards to buy."""
