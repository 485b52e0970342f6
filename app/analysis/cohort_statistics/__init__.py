"""What the samples of a cohort have in common and how they differ."""
