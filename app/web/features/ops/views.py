"""Jobs, attempts and workers as administrators see them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from app.db.accounts.store import AccountStore
from app.db.jobs.tables import Attempt, Job
from app.queue.heartbeats import Seen

Status = Literal["busy", "idle", "draining", "drained", "silent"]


class JobOf(msgspec.Struct, frozen=True, kw_only=True):
    """Any user's job, without its table and its result; times are in UTC.

    ``owner`` is a name. ``worker`` took the job last, ``attempt`` counts how often it was taken.
    """

    id: str
    owner: str
    file_name: str
    upload_bytes: int
    status: str
    percentage: int
    message: str
    error: str | None
    attempt: int
    worker: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class AttemptView(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's try at a job; times are in UTC.

    ``outcome`` is null while it runs, then succeeded, failed, cancelled, retried, lost, handed back
    or deleted. ``message`` is the text for the user; ``error`` and ``traceback`` have the cause.
    """

    attempt: int
    worker: str | None
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    message: str | None
    error: str | None
    traceback: str | None


class LostJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job of a silent worker and its present state: others may take it at ``lease_until``.

    ``status`` is null if the job was deleted.
    """

    job_id: str
    file_name: str | None
    attempt: int
    was_put_back: bool
    status: str | None
    worker: str | None
    lease_until: datetime | None


class WorkerView(msgspec.Struct, frozen=True, kw_only=True):
    """A worker by its last heartbeat, ``silent_s`` seconds ago.

    ``cpu_percent`` (100 is one core) and ``memory_bytes`` include its analyses;
    ``host_cpu_percent`` and ``host_memory_percent`` are of its whole machine. ``lost`` has the jobs
    of a silent worker.
    """

    worker: str
    host: str
    version: str
    status: Status
    silent_s: float
    started_at: float
    places: int
    cpu_percent: float
    memory_bytes: int
    host_cpu_percent: float
    host_memory_percent: float
    drained_by: str | None
    jobs: list[JobOf]
    lost: list[LostJob]


async def jobs_of_all(rows: Iterable[Job]) -> list[JobOf]:
    """The views of jobs, with the names of their owners."""
    rows = list(rows)
    names = await AccountStore().names({job.owner for job in rows})
    return [job_of(job, names.get(job.owner, job.owner)) for job in rows]


def job_of(job: Job, owner: str) -> JobOf:
    """The view of a job with the name of its owner."""
    return JobOf(
        id=job.id,
        owner=owner,
        file_name=job.file_name,
        upload_bytes=job.upload_bytes,
        status=job.state,
        percentage=job.percentage,
        message=job.message,
        error=job.error,
        attempt=job.attempt,
        worker=job.worker,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )


def attempt_view(attempt: Attempt) -> AttemptView:
    """The view of an attempt."""
    names = AttemptView.__struct_fields__
    return AttemptView(**{name: getattr(attempt, name) for name in names})


def worker_view(
    seen: Seen, jobs: list[JobOf], lost: list[LostJob], *, drained_by: str | None
) -> WorkerView:
    """The view of a worker with its running jobs, or those it had when it fell silent."""
    heartbeat = seen.heartbeat
    return WorkerView(
        worker=heartbeat.worker,
        host=heartbeat.host,
        version=heartbeat.version,
        status=_status(seen, jobs),
        silent_s=round(seen.silent_s, 1),
        started_at=heartbeat.started_at,
        places=heartbeat.places,
        cpu_percent=heartbeat.cpu_percent,
        memory_bytes=heartbeat.memory_bytes,
        host_cpu_percent=heartbeat.host_cpu_percent,
        host_memory_percent=heartbeat.host_memory_percent,
        drained_by=drained_by,
        jobs=jobs,
        lost=lost,
    )


def _status(seen: Seen, jobs: list[JobOf]) -> Status:
    if seen.is_silent:
        return "silent"
    if seen.drained_by is None:
        return "busy" if jobs else "idle"
    # Until its heartbeat confirms the drain, it may take one more job.
    return "drained" if seen.heartbeat.is_draining and not jobs else "draining"
