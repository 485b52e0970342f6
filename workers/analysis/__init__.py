"""What the analysis process does, and the messages between it and its worker."""
