"""How likely each explanation of a peak is, given its retention time, co-elution and area."""
