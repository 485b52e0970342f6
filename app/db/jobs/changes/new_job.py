"""The data of a job before it is in the database."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from app.db.jobs.turns.priority import Priority


def new_job_id() -> str:
    """Return a new random id of 32 hexadecimal digits."""
    return uuid4().hex


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """The data of a new job: an upload in storage, and the settings of its analysis.

    ``task_id`` is that of its wake-ups, known beforehand so that the row needs no second write.
    """

    id: str
    owner: str
    file_name: str
    upload_key: str
    upload_bytes: int
    upload_sha256: str
    settings: dict[str, Any]
    idempotency_key: str | None = None
    submission_sha256: str | None = None
    rerun_of: str | None = None
    version_of: str | None = None
    batch_id: str | None = None
    acted_by: str | None = None
    request_id: str | None = None
    priority: Priority = Priority.NORMAL
    task_id: str = field(default_factory=new_job_id)
