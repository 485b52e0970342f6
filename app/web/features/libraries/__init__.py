"""Retention libraries: the laws of finished runs as priors of later runs of a method."""
