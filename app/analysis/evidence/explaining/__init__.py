"""How likely each explanation of a peak is: its label, a fragment, another ion or none."""
