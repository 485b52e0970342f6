"""What the scheduler does at each turn, and the daily cleanup."""
