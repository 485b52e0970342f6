"""What a worker does with a job: claim it, keep its lease, end it or give it back.

Every write requires that the worker still has the lease.
"""

from enum import Enum, auto
from typing import Any

from piccolo.columns import And

from app.contract.events import Progress
from app.contract.tasks import JobState, Step
from app.db.engine.clock import from_now
from app.db.engine.transaction import is_postgresql, transaction
from app.db.jobs.conditions import (
    CANCELLED,
    LEASE,
    LEASE_S,
    WAITING,
    Condition,
    Values,
    as_json,
    is_allowed,
)
from app.db.jobs.quotas.limits import has_limits
from app.db.jobs.tables import Job

# On PostgreSQL the lock keeps two workers from the same row; SQLite has one writer at a time.
CLAIM = """
    UPDATE job
    SET state = 'running', step = 'queued', percentage = 0, attempt = attempt + 1,
        lease_until = {{{{}}}}, started_at = {{{{}}}}, worker = {{{{}}}}
    WHERE id = (
        SELECT id FROM job
        WHERE state = 'queued' AND (not_before IS NULL OR not_before <= {{{{}}}})
            AND {is_allowed}
        ORDER BY turn, queued_at LIMIT 1 {{lock}}
    )
    RETURNING *
"""
# On PostgreSQL, claims at the same moment do not see each other's jobs.
CLAIM_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('claims within limits', 0))"


class Standing(Enum):
    """The answer to a worker that checks its job."""

    WANTED = auto()
    TO_CANCEL = auto()
    LOST = auto()


class HeldJobs:
    """Claims jobs for a worker, and changes those that it holds."""

    async def claim(self, *, worker: str = "") -> Job | None:
        """Claim the next due job for a worker; None if no job waits or the queue is paused.

        The queue alternates between owners, so that many files of one do not delay another, and
        passes over owners at their limits. A
        claimed job is running, and has the next ``attempt`` number and a lease of ``LEASE_S``.
        """
        if not is_postgresql() or not await has_limits():
            return await _claim(worker)
        async with transaction():
            await Job.raw(CLAIM_ALONE)
            return await _claim(worker)

    async def standing(self, job: Job, *, renew: bool, note: Progress | None = None) -> Standing:
        """Check the job of a worker; ``renew`` extends the lease, ``note`` stores its progress."""
        values: Values = {}
        if renew:
            values[Job.lease_until] = from_now(LEASE_S)
        if note:
            values |= {Job.step: note.current_step, Job.percentage: note.percentage}
            values[Job.message] = note.message
        if values:
            update = Job.update(values).where(LEASE.is_held(job))
            rows = await update.returning(Job.cancel_requested)
        else:
            rows = await Job.select(Job.cancel_requested).where(LEASE.is_held(job))
        if not rows:
            return Standing.LOST
        return Standing.TO_CANCEL if rows[0]["cancel_requested"] else Standing.WANTED

    async def retry_later(self, job: Job, *, delay_s: float, message: str) -> bool:
        """Return a held job to the queue after a temporary fault; False if it is not held."""
        again: Values = {
            Job.not_before: from_now(delay_s),
            Job.faults: Job.faults + 1,
        }
        return await self._requeue(job, again | {Job.message: message})

    async def hand_back(self, job: Job) -> bool:
        """Return a held job to the queue for another worker, because this one stops."""
        return await self._requeue(job, {Job.message: "Handed to another worker."})

    async def end_cancelled(self, job: Job) -> bool:
        """End a held job that a user cancelled; False if it is not held."""
        return await self._end(job, JobState.CANCELLED, {Job.message: CANCELLED})

    async def succeed(
        self,
        job: Job,
        *,
        result_key: str,
        summary: dict[str, Any],
        message: str,
        result_bytes: int = 0,
    ) -> bool:
        """End a held job with its result.

        Returns False, and changes nothing, if the job is not held or was cancelled meanwhile.
        """
        return await self._end(
            job,
            JobState.SUCCEEDED,
            {
                Job.step: Step.COMPLETE,
                Job.percentage: 100,
                Job.message: message,
                Job.result_key: result_key,
                Job.result_bytes: result_bytes,
                Job.summary: as_json(summary),
            },
            only=_is_wanted(job),
        )

    async def fail(self, job: Job, *, message: str, error: str) -> bool:
        """End a held job without a result; False if it is not held."""
        return await self._end(job, JobState.FAILED, {Job.message: message, Job.error: error})

    async def has_ended_attempt(self, job: Job) -> bool:
        """Whether the last write of this attempt was committed: it no longer holds the job."""
        same = And(Job.id == job.id, Job.attempt == job.attempt)
        return bool(await Job.count().where(And(same, Job.state != JobState.RUNNING)))

    async def _requeue(self, job: Job, values: Values) -> bool:
        return await LEASE.change(job, WAITING | values)

    async def _end(
        self, job: Job, state: JobState, values: Values, *, only: Condition | None = None
    ) -> bool:
        final: Values = {
            Job.state: state,
            Job.finished_at: from_now(),
            Job.lease_until: None,
            Job.untold: True,
        }
        return await LEASE.change(job, values | final, only=only)


async def _claim(worker: str) -> Job | None:
    now, until = from_now(), from_now(LEASE_S)
    statement = CLAIM.format(is_allowed=is_allowed())
    return await LEASE.claim(statement, until, now, worker, now)


def _is_wanted(job: Job) -> Condition:
    return And(LEASE.is_held(job), Job.cancel_requested.eq(False))
