"""What other cells of a row say: adduct, isotope, level of evidence, role of its sample."""
