"""The task that runs a job."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
from asgiref.sync import async_to_sync
from celery import shared_task
from channels.layers import get_channel_layer
from django.conf import settings
from django.utils import timezone

from app.analysis.errors import AnalysisError
from app.contract.events import Complete, Event, Failed
from tests.perf.peer_stack.models import Job
from workers.analysis.messages import About, Request
from workers.analysis.run import run


@shared_task
def analyze(job_id: str) -> None:
    """Run a job, tell its group, and store how it ended."""
    job = Job.objects.get(pk=job_id)
    events = _Events(job)
    job.state, job.started_at = Job.State.RUNNING, timezone.now()
    job.save(update_fields=["state", "started_at"])
    last: Event
    try:
        job.summary = _analyzed(job, events)
        job.state = Job.State.SUCCEEDED
        last = Complete(success=True, redirect_url=f"/jobs/{job_id}/", message="Done.")
    except AnalysisError as error:
        job.state = Job.State.FAILED
        last = Failed(message=str(error), error=type(error).__name__)
    job.finished_at, job.events = timezone.now(), events.sent + 1
    job.save(update_fields=["state", "summary", "finished_at", "events"])
    events.send(last)


class _Events:
    """Sends numbered events of one job to its group."""

    def __init__(self, job: Job) -> None:
        self.sent = 0
        self._group = job.group
        self._send = async_to_sync(get_channel_layer().group_send)

    def send(self, event: Event) -> None:
        self.sent += 1
        content = {**msgspec.to_builtins(event), "number": self.sent}
        self._send(self._group, {"type": "job.event", "event": content})


def _analyzed(job: Job, events: _Events) -> dict[str, Any]:
    """Analyze the table of a job as Sialoscope's analysis process does, or do nothing.

    Raises:
        AnalysisError: the table cannot be analyzed.
    """
    folder = Path(settings.MEDIA_ROOT) / "results" / str(job.id)
    if not settings.ANALYZES:
        folder.mkdir(parents=True)
        return {"rows": 0, "counts": {}, "warnings": []}
    table = Path(job.table.path)
    request = Request(about=_about(job, table), table=str(table), settings={}, folder=str(folder))
    return run(request, events.send, lambda: False)


def _about(job: Job, table: Path) -> About:
    return About(
        job=str(job.id),
        who="peer",
        attempt=1,
        file_name=table.name,
        upload_bytes=table.stat().st_size,
        upload_sha256=hashlib.sha256(table.read_bytes()).hexdigest(),
        submitted_at=job.created_at.isoformat(),
        started_at=job.started_at.isoformat(),
    )
