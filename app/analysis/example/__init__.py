"""The example table, and the measured properties of porcine brain that it is drawn from."""
