"""A job service on Django, Channels and Celery, measured beside Sialoscope (ADR 126).

It takes a table by HTTP, runs the same analysis in a Celery task, sends its events through the
channel layer to the WebSockets of the job, and stores the result as files and a row. It runs in the
environment ``.venv/peer``, as ``tests/perf/stacks/peer.py`` starts it.
"""

from tests.perf.peer_stack.celery_app import app as celery_app

__all__ = ["celery_app"]
