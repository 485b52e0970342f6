"""The analysis processes of a worker: how many, and what each does."""
