"""What is known of a peak table before its first rule: names, samples, masses, rows set apart."""
