"""Logs, traces and metrics of the processes."""
