"""What goes wrong, and how a person or a program is told."""
