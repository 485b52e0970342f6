"""What the sweeper finds and mends: lost workers, missing wake-ups, unpublished ends."""

from datetime import datetime

from piccolo.columns import And
from piccolo.columns.combination import WhereRaw

from app.contract.tasks import JobState
from app.db.engine.clock import from_now
from app.db.jobs.conditions import WAITING, Condition, Values, has_state, is_due
from app.db.jobs.tables import Job

UNFINISHED = "SELECT 1 AS found FROM job WHERE state IN ({}, {}) LIMIT 1"
LOST = "Its worker was lost; it waits for another."


class SweptJobs:
    """Finds jobs that were left behind."""

    async def has_unfinished(self) -> bool:
        """Whether any job waits or runs; without one there is nothing to release or to wake."""
        return bool(await Job.raw(UNFINISHED, JobState.QUEUED.value, JobState.RUNNING.value))

    async def release_lost(self) -> int:
        """Return jobs with expired leases to the queue, and return how many there were."""
        return await _release(Job.lease_until < from_now())

    async def holders(self, host: str) -> set[str]:
        """Return the workers of a machine that have running jobs."""
        running = await Job.select(Job.worker).where(has_state(JobState.RUNNING))
        workers = {each["worker"] or "" for each in running}
        return {worker for worker in workers if worker.startswith(f"{host}:")}

    async def release_held_by(self, process: str) -> int:
        """Return the jobs of a dead worker process to the queue before their leases expire.

        ``process`` is its host and process id, as in its log, or the worker's whole name. Returns
        the number of jobs.
        """
        running = await Job.select(Job.id, Job.attempt, Job.worker).where(
            has_state(JobState.RUNNING)
        )
        held = [each for each in running if f"{each['worker']}:".startswith(f"{process}:")]
        counts = [
            await _release(And(Job.id == each["id"], Job.attempt == each["attempt"]))
            for each in held
        ]
        return sum(counts)

    async def due(self) -> int:
        """Return how many jobs a worker could claim now."""
        return int(await Job.count().where(is_due()))

    async def untold(self, *, ended_before: datetime, limit: int) -> list[Job]:
        """Return ended jobs of all owners whose last event is not published yet, oldest first."""
        is_old = And(WhereRaw("untold"), Job.finished_at < ended_before)
        return await Job.objects().where(is_old).order_by(Job.finished_at).limit(limit)

    async def mark_published(self, *jobs: Job) -> None:
        """Record that the last events of jobs were published."""
        for attempt in {job.attempt for job in jobs}:
            ids = [job.id for job in jobs if job.attempt == attempt]
            are_these = And(Job.id.is_in(ids), Job.attempt == attempt)
            await Job.update({Job.untold: False}).where(are_these)


async def _release(which: Condition) -> int:
    """Return running jobs that lost their worker to the queue; parallel calls share them."""
    again: Values = {**WAITING, Job.lost_leases: Job.lost_leases + 1, Job.message: LOST}
    is_lost = And(has_state(JobState.RUNNING), which)
    return len(await Job.update(again).where(is_lost).returning(Job.id))
