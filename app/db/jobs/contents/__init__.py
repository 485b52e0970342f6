"""What a job carries: its name, tags and note, its settings, and its files."""
