"""Who may see or change a job: its owner, and those it is shared with."""
