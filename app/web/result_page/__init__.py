"""The page of a finished job: its rows as table and plots, and why each is called as it is."""
