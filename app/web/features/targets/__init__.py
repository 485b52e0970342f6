"""What to look for next: the species that a result lacks, and lists of them for instruments."""
