"""The analysis processes of a worker: how many, and what they answer."""
