"""Jobs shared between accounts."""
