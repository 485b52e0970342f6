"""What is counted of all processes together, and how it comes together."""
