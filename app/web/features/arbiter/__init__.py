"""The arbiter: which of two programs is right about each peak of a run."""
