"""The Celery application of the worker and of the pages."""

from celery import Celery

app = Celery("peer_stack")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks(["tests.perf.peer_stack"])
