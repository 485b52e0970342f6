"""The processes that run analyses and upkeep; they know nothing of the web."""
