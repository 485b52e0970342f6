"""Collect the numbers for a wait estimate: the work before a job, and the speed of recent jobs."""

from dataclasses import dataclass
from datetime import UTC, datetime

from piccolo.query.functions.aggregate import Sum

from app.contract.tasks import JobState
from app.db.jobs.conditions import Condition, has_state, is_before
from app.db.jobs.tables import Job

# How many of the latest successful jobs are used.
SAMPLES = 20


@dataclass(frozen=True, kw_only=True)
class Load:
    """The work of waiting jobs, in bytes of uploads and seconds.

    ``running`` has the size and the run time of each running job. The samples are recent successful
    jobs: their number, their total bytes and their total run time.
    """

    bytes_before: int
    running: list[tuple[int, float]]
    samples: int
    sampled_bytes: int
    sampled_s: float


async def load_before(job: Job) -> Load:
    """Return the work before a waiting job, from all owners."""
    return await _load(is_before(job))


async def load_of_all() -> Load:
    """Return the work of all waiting jobs."""
    return await _load(has_state(JobState.QUEUED))


async def _load(which: Condition) -> Load:
    total = await Job.select(Sum(Job.upload_bytes, alias="bytes")).where(which)
    columns = (Job.upload_bytes, Job.started_at, Job.finished_at)
    running = await Job.select(*columns).where(Job.state == JobState.RUNNING)
    lately = Job.select(*columns).where(Job.state == JobState.SUCCEEDED)
    samples = await lately.order_by(Job.finished_at, ascending=False).limit(SAMPLES)
    now = datetime.now(UTC)
    return Load(
        bytes_before=int(total[0]["bytes"] or 0),
        running=[(r["upload_bytes"], (now - r["started_at"]).total_seconds()) for r in running],
        samples=len(samples),
        sampled_bytes=sum(row["upload_bytes"] for row in samples),
        sampled_s=sum((r["finished_at"] - r["started_at"]).total_seconds() for r in samples),
    )
