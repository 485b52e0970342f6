"""Health, metrics and probes, for operators and monitoring systems."""
