"""What the processes report about themselves: logs, traces and metrics."""
