"""The jobs."""

import uuid

from django.db import models


class Job(models.Model):
    """An uploaded table with the state of its analysis; ``events`` is the number of events sent."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    table = models.FileField(upload_to="tables")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    summary = models.JSONField(default=dict)
    events = models.IntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    @property
    def group(self) -> str:
        """The group of the channel layer with the sockets that follow this job."""
        return f"job.{self.id}"
