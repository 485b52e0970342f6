"""How long jobs are kept: what a user chooses, what an administrator allows, and pins."""
