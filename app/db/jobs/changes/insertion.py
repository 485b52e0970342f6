"""Inserts jobs: in turn, once for each idempotency key, and within quotas."""

from collections.abc import Collection, Sequence
from sqlite3 import IntegrityError

from asyncpg import UniqueViolationError
from piccolo.querystring import QueryString

from app.db.engine.clock import from_now
from app.db.jobs.changes.new_job import NewJob
from app.db.jobs.conditions import as_json, next_job_turn
from app.db.jobs.errors import IdempotencyKeyError, JobConflictError
from app.db.jobs.quotas.account_quotas import NO_QUOTAS, Quotas
from app.db.jobs.quotas.checks import one_at_a_time, require_submissions
from app.db.jobs.tables import Job, PendingUploadSize
from app.db.jobs.turns.priority import RANKS, Priority, deal_turns, note_priority, priority_of
from app.db.libraries.runs import note_runs, with_versions

ANOTHER_VERSION = "Another version of this job was made at the same moment; send this one again."


SENT_BEFORE = (
    "This Idempotency-Key came before with another table or other settings. Send a new key with "
    "each new submission."
)


NEXT_VERSION = "(SELECT COALESCE(MAX(version), 1) + 1 FROM job WHERE version_of = {})"


class JobInsertion:
    """Inserts jobs. ``quotas`` are the defaults for accounts without their own quotas."""

    def __init__(self, quotas: Quotas = NO_QUOTAS) -> None:
        self.quotas = quotas

    async def add(self, new: NewJob) -> Job:
        """Insert one queued job, as ``add_all`` does."""
        (job,) = await self.add_all([new])
        return job

    async def add_all(
        self, new: Sequence[NewJob], *, instead_of: Collection[str] = ()
    ) -> list[Job]:
        """Insert queued jobs of one owner, all or none; the caller then wakes a worker.

        If the owner used an idempotency key before, its existing job is returned. ``instead_of``
        has the ids of pending uploads that become these jobs and no longer count as pending.

        Raises:
            IdempotencyKeyError: a key was used for another submission.
            JobConflictError: another version of the same job was made at the same time.
            LibraryNotFoundError: the settings name a library that the user may not see.
            QuotaError: the owner, or the user who submits for them, would exceed a quota.
        """
        owner, by = new[0].owner, new[0].acted_by or new[0].owner
        async with one_at_a_time(owner, by):
            if instead_of:
                await PendingUploadSize.delete().where(PendingUploadSize.id.is_in(list(instead_of)))
            await with_versions(new)
            jobs = [await self._insert(each) for each in new]
            await note_runs(jobs, new)
            added = _count_added(jobs, new)
            await _note_priorities(jobs, new, by=by)
            if added:
                await require_submissions(owner, by, self.quotas, added=added)
                await deal_turns(owner)
        return jobs

    async def _insert(self, new: NewJob) -> Job:
        now = from_now()
        job = Job(
            **vars(new) | {"settings": as_json(new.settings), "priority": RANKS[new.priority]},
            created_at=now,
            queued_at=now,
            turn=next_job_turn(new.owner),
            version=_next_version(new.version_of) if new.version_of else 1,
        )
        insert = Job.insert(job).on_conflict(
            target=(Job.owner, Job.idempotency_key), action="DO UPDATE", values=[Job.owner]
        )
        try:
            (row,) = await insert.returning(*Job.all_columns())
        except (IntegrityError, UniqueViolationError):
            if not new.version_of:
                raise
            raise JobConflictError(ANOTHER_VERSION) from None
        return Job(**row)


def _count_added(jobs: Sequence[Job], new: Sequence[NewJob]) -> int:
    """Return how many of the jobs are new, not found by their idempotency keys.

    Raises:
        IdempotencyKeyError: a job that was found came from another submission.
    """
    added = 0
    for job, each in zip(jobs, new, strict=True):
        if job.id == each.id:
            added += 1
        elif job.submission_sha256 not in (each.submission_sha256, None):  # None: an old row
            raise IdempotencyKeyError(SENT_BEFORE)
    return added


async def _note_priorities(jobs: Sequence[Job], new: Sequence[NewJob], *, by: str) -> None:
    """Add the priorities that were chosen for new jobs to their audit trails."""
    added = [job for job, each in zip(jobs, new, strict=True) if job.id == each.id]
    for priority in (Priority.HIGH, Priority.LOW):
        chosen = [job for job in added if priority_of(job) == priority]
        await note_priority(chosen, priority, by=by)


def _next_version(first: str) -> QueryString:
    """Return SQL for the number of a job's next version, for the statement that writes it."""
    return QueryString(NEXT_VERSION, first)
