"""How much of each species a result has: areas, isotope correction, standards, shares."""
