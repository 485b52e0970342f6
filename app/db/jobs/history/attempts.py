"""The attempts at jobs: the outcome of each, and the attempts that a worker lost."""

from datetime import datetime

from piccolo.columns import And

from app.db.jobs.tables import Attempt, Job

# A longer traceback is cut at its start, because its end says most.
LONGEST_TRACEBACK = 20_000
LONGEST_ERROR = 2_000
LEFT_OUT = "[…]\n"
LOST = "lost"


async def note_cause(job: Job, *, error: str, traceback: str) -> None:
    """Record for administrators why an attempt is about to end without a result."""
    if len(traceback) > LONGEST_TRACEBACK:
        traceback = LEFT_OUT + traceback[-LONGEST_TRACEBACK:]
    is_it = And(Attempt.job_id == job.id, Attempt.attempt == job.attempt)
    await Attempt.update(
        {Attempt.error: error[:LONGEST_ERROR], Attempt.traceback: traceback or None}
    ).where(is_it)


async def attempts_of(job_id: str) -> list[Attempt]:
    """Return the attempts at a job, the first one first."""
    return await Attempt.objects().where(Attempt.job_id == job_id).order_by(Attempt.attempt)


async def last_lost(worker: str, *, limit: int) -> list[Attempt]:
    """Return the attempts that a worker lost or is running, the last one first."""
    is_its = And(Attempt.worker == worker, (Attempt.outcome == LOST) | Attempt.ended_at.is_null())
    return await Attempt.objects().where(is_its).order_by(Attempt.id, ascending=False).limit(limit)


async def lost_since(moment: datetime) -> list[str]:
    """Return the ids of existing jobs that lost a worker since a moment."""
    is_new = And(Attempt.outcome == LOST, Attempt.ended_at >= moment)
    rows = await Attempt.select(Attempt.job_id).where(is_new)
    found = await Job.select(Job.id).where(Job.id.is_in([row["job_id"] for row in rows] or [""]))
    return [row["id"] for row in found]


async def count_ended(outcome: str, *, since: datetime) -> int:
    """Return how many attempts ended with this outcome since a moment."""
    ended = And(Attempt.outcome == outcome, Attempt.ended_at >= since)
    return int(await Attempt.count().where(ended))


async def forget_attempts(*, before: datetime) -> int:
    """Delete attempts of deleted jobs that ended before a moment; return how many."""
    is_old = And(Attempt.ended_at < before, Attempt.job_id.not_in(Job.select(Job.id)))
    return len(await Attempt.delete().where(is_old).returning(Attempt.id))
