"""Starts the processes of an installation and serves HTTP on their sockets."""
