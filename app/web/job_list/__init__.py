"""The list of jobs: its filter, its page, and what is done to many jobs at once."""
