"""Sialoscope beside a job service on Django, Channels and Celery, measured in one run (ADR 126)."""

from tests.perf.stacks.show import show as show
