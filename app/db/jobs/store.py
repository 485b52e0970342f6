"""The job store: every change of a job is one guarded statement.

The database is the source of truth for a job, and the queue is only a wake-up. So each change has a
condition: a claim requires a free job, and a worker's write requires that it still has the lease.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from sqlite3 import IntegrityError
from typing import Any, TypeAlias
from uuid import uuid4

import msgspec
from asyncpg import UniqueViolationError
from piccolo.columns import And, Column, Or, Where
from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString

from app.contract.events import Progress
from app.contract.tasks import JobState, Step
from app.db.engine.clock import from_now
from app.db.engine.lease import Lease, next_turn
from app.db.jobs.quotas import NO_QUOTAS, Quotas, one_at_a_time, require_submissions
from app.db.jobs.tables import Job, PendingUploadSize

# A worker renews its lease at a third of this; a dead worker is replaced when the lease expires.
# The lease survives a database that is away for ten seconds.
LEASE_S = 20


Condition: TypeAlias = And | Or | Where
Values: TypeAlias = dict[Column | str, Any]


class JobNotFoundError(Exception):
    """There is no such job, or it belongs to another owner."""


class JobConflictError(Exception):
    """The job's state does not allow the action; the text says what to do instead."""


class IdempotencyKeyError(Exception):
    """An idempotency key was used for another submission; the text says what to do."""


class Standing(Enum):
    """The answer to a worker that checks its job."""

    WANTED = auto()
    TO_CANCEL = auto()
    LOST = auto()


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """The data of a new job: an upload in storage, and the settings of its analysis."""

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


def new_job_id() -> str:
    """Return a new random id of 32 hexadecimal digits."""
    return uuid4().hex


class JobStore:
    """The jobs in the database. Owners see only their own jobs; workers see all.

    ``quotas`` are the defaults for accounts without their own quotas.
    """

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
            QuotaError: the owner, or the user who submits for them, would exceed a quota.
        """
        owner, by = new[0].owner, new[0].acted_by or new[0].owner
        async with one_at_a_time(owner, by):
            if instead_of:
                await PendingUploadSize.delete().where(PendingUploadSize.id.is_in(list(instead_of)))
            jobs = [await self._insert(each) for each in new]
            added = _count_added(jobs, new)
            if added:
                await require_submissions(owner, by, self.quotas, added=added)
        return jobs

    async def _insert(self, new: NewJob) -> Job:
        now = from_now()
        job = Job(
            **vars(new) | {"settings": _json(new.settings)},
            created_at=now,
            queued_at=now,
            turn=_next_turn(new.owner),
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

    async def get(self, job_id: str, *, owner: str | None = None) -> Job:
        """Return one job, of this owner if given.

        Raises:
            JobNotFoundError: there is no such job.
        """
        job = await Job.objects().where(_has_id(job_id, owner)).first()
        if job is None:
            raise JobNotFoundError(f"There is no job {job_id}.")
        return job

    async def versions(self, job: Job) -> list[Job]:
        """Return the existing versions of a job, the first one first."""
        first = job.version_of or job.id
        is_one = And(Job.owner == job.owner, Or(Job.id == first, Job.version_of == first))
        return await Job.objects().where(is_one).order_by(Job.version)

    async def current(
        self, *, owner: str, ended_since: datetime | None, after_id: str = "", limit: int
    ) -> list[Job]:
        """Return a page of the owner's jobs that run, wait or ended recently, sorted by id."""
        matters = _has_state(*(state for state in JobState if not state.is_final))
        if ended_since:
            matters = Or(matters, Job.finished_at >= ended_since)
        of_page = And(Job.owner == owner, Job.id > after_id)
        return await Job.objects().where(And(of_page, matters)).order_by(Job.id).limit(limit)

    async def remember_task(self, job_id: str, task_id: str) -> None:
        """Store the id of the task that was last sent for a job."""
        await Job.update({Job.task_id: task_id}).where(Job.id == job_id)

    async def claim(self, *, worker: str = "") -> Job | None:
        """Claim the next due job for a worker; return None if no job waits.

        The queue alternates between owners, so that many files of one do not delay another. A
        claimed job is running, and has the next ``attempt`` number and a lease of ``LEASE_S``.
        """
        now, until = from_now(), from_now(LEASE_S)
        return await LEASE.claim(CLAIM, until, now, worker, now)

    async def release_lost(self) -> int:
        """Return jobs with expired leases to the queue, and return how many there were."""
        return await _release(Job.lease_until < from_now())

    async def release_held_by(self, process: str) -> int:
        """Return the jobs of a dead worker process to the queue before their leases expire.

        ``process`` is its host and process id, as in its log. Returns the number of jobs.
        """
        running = await Job.select(Job.id, Job.attempt, Job.worker).where(
            _has_state(JobState.RUNNING)
        )
        held = [each for each in running if (each["worker"] or "").startswith(f"{process}:")]
        counts = [
            await _release(And(Job.id == each["id"], Job.attempt == each["attempt"]))
            for each in held
        ]
        return sum(counts)

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

    async def has_ended_attempt(self, job: Job) -> bool:
        """Whether the last write of this attempt was committed: it no longer holds the job."""
        same = And(Job.id == job.id, Job.attempt == job.attempt)
        return bool(await Job.count().where(And(same, Job.state != JobState.RUNNING)))

    async def hand_back(self, job: Job) -> bool:
        """Return a held job to the queue for another worker, because this one stops."""
        return await self._requeue(job, {Job.message: "Handed to another worker."})

    async def cancel(self, job_id: str, *, owner: str, by: str | None = None) -> Job:
        """Cancel a waiting job, or ask the worker of a running job to stop; return the job.

        ``by`` is the user who cancels it, if that is not the owner.

        Raises:
            JobNotFoundError: there is no such job.
            JobConflictError: the job has ended.
        """
        ended: Values = {
            Job.state: JobState.CANCELLED,
            Job.finished_at: from_now(),
            Job.message: CANCELLED,
            Job.untold: True,
            Job.acted_by: by,
        }
        requested: Values = {Job.cancel_requested: True, Job.acted_by: by}
        waiting = And(_has_id(job_id, owner), _has_state(JobState.QUEUED))
        running = And(_has_id(job_id, owner), _has_state(JobState.RUNNING))
        while not (  # a worker may claim or return the job between the two statements
            await Job.update(ended).where(waiting).returning(Job.id)
            or await Job.update(requested).where(running).returning(Job.id)
        ):
            if JobState((await self.get(job_id, owner=owner)).state).is_final:
                raise JobConflictError("The job has ended already; there is nothing to cancel.")
        return await self.get(job_id, owner=owner)

    async def end_cancelled(self, job: Job) -> bool:
        """End a held job that a user cancelled; False if it is not held."""
        return await self._end(job, JobState.CANCELLED, {Job.message: CANCELLED})

    async def position(self, job: Job) -> int | None:
        """Return the place of a waiting job in the queue, from 1; None if it does not wait."""
        if job.state != JobState.QUEUED:
            return None
        return 1 + int(await Job.count().where(is_before(job)))

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
                Job.summary: _json(summary),
            },
            only=_is_wanted(job),
        )

    async def fail(self, job: Job, *, message: str, error: str) -> bool:
        """End a held job without a result; False if it is not held."""
        return await self._end(job, JobState.FAILED, {Job.message: message, Job.error: error})

    async def queue_again(self, job_id: str, *, owner: str, by: str | None = None) -> Job:
        """Queue a failed or cancelled job again; a queued job stays as it is.

        ``by`` is the user who starts it, if that is not the owner.

        Raises:
            JobNotFoundError: there is no such job.
            JobConflictError: the job is running or has succeeded.
            QuotaError: the owner or the user would exceed a quota.
        """
        async with one_at_a_time(owner, by or owner):
            is_put_back = await self._queue_again(job_id, owner, by)
            job = await self.get(job_id, owner=owner)
            if is_put_back:
                await require_submissions(owner, by or owner, self.quotas, added=1)
        if not is_put_back and job.state != JobState.QUEUED:
            raise JobConflictError(_why_not_startable(job))
        return job

    async def _queue_again(self, job_id: str, owner: str, by: str | None) -> bool:
        values: Values = {
            Job.state: JobState.QUEUED,
            Job.step: Step.QUEUED,
            Job.percentage: 0,
            Job.message: "",
            Job.error: None,
            Job.queued_at: from_now(),
            Job.started_at: None,
            Job.finished_at: None,
            Job.turn: _next_turn(owner),
            Job.lost_leases: 0,
            Job.faults: 0,
            Job.not_before: None,
            Job.cancel_requested: False,
            Job.untold: False,
            Job.acted_by: by,
        }
        is_startable = And(_has_id(job_id, owner), _has_state(*STARTABLE))
        return bool(await Job.update(values).where(is_startable).returning(Job.id))

    async def delete(self, job_id: str, *, owner: str, by: str | None = None) -> Job:
        """Delete a job in any state; a worker that runs it stops at its next renewal.

        ``by`` is the user who deletes it, if that is not the owner.

        Raises:
            JobNotFoundError: there is no such job.
        """
        job = await self.get(job_id, owner=owner)
        # The trigger of the audit trail reads this column.
        await Job.update({Job.deleted_by: by or owner}).where(Job.id == job_id)
        await Job.delete().where(Job.id == job_id)
        return job

    async def all_of(self, owner: str) -> list[str]:
        """Return the ids of all jobs of an owner."""
        rows = await Job.select(Job.id).where(Job.owner == owner)
        return [row["id"] for row in rows]

    async def hand_over(self, *, owner: str, to: str) -> int:
        """Give all jobs of an owner to another, and return how many there were.

        Their idempotency keys are removed, because the new owner may have used the same keys.
        """
        values: Values = {Job.owner: to, Job.idempotency_key: None}
        return len(await Job.update(values).where(Job.owner == owner).returning(Job.id))

    async def due(self) -> int:
        """Return how many jobs a worker could claim now."""
        return int(await Job.count().where(_is_due()))

    async def untold(self, *, ended_before: datetime, limit: int) -> list[Job]:
        """Return ended jobs of all owners whose last event is not published yet, oldest first."""
        is_old = And(WhereRaw("untold"), Job.finished_at < ended_before)
        return await Job.objects().where(is_old).order_by(Job.finished_at).limit(limit)

    async def mark_published(self, job: Job) -> None:
        """Record that the last event of a job was published."""
        is_it = And(Job.id == job.id, Job.attempt == job.attempt)
        await Job.update({Job.untold: False}).where(is_it)

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


LEASE = Lease(Job, Job.attempt, Job.state, JobState.RUNNING)

CANCELLED = "Cancelled, as you asked. The table is kept; start the job again when you like."
ANOTHER_VERSION = "Another version of this job was made at the same moment; send this one again."
LOST = "Its worker was lost; it waits for another."
STARTABLE = (JobState.FAILED, JobState.CANCELLED)


# The values of a job that waits for a worker again.
WAITING: Values = {
    Job.state: JobState.QUEUED,
    Job.step: Step.QUEUED,
    Job.percentage: 0,
    Job.started_at: None,
    Job.lease_until: None,
}

# On PostgreSQL the lock keeps two workers from the same row; SQLite has one writer at a time.
CLAIM = """
    UPDATE job
    SET state = 'running', step = 'queued', percentage = 0, attempt = attempt + 1,
        lease_until = {{}}, started_at = {{}}, worker = {{}}
    WHERE id = (
        SELECT id FROM job
        WHERE state = 'queued' AND (not_before IS NULL OR not_before <= {{}})
        ORDER BY turn, queued_at LIMIT 1 {lock}
    )
    RETURNING *
"""

SENT_BEFORE = (
    "This Idempotency-Key came before with another table or other settings. Send a new key with "
    "each new submission."
)

NEXT_VERSION = "(SELECT COALESCE(MAX(version), 1) + 1 FROM job WHERE version_of = {})"


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


async def _release(which: Condition) -> int:
    """Return running jobs that lost their worker to the queue; parallel calls share them."""
    again: Values = {**WAITING, Job.lost_leases: Job.lost_leases + 1, Job.message: LOST}
    is_lost = And(_has_state(JobState.RUNNING), which)
    return len(await Job.update(again).where(is_lost).returning(Job.id))


def _next_version(first: str) -> QueryString:
    """Return SQL for the number of a job's next version, for the statement that writes it."""
    return QueryString(NEXT_VERSION, first)


def _next_turn(owner: str) -> QueryString:
    """Return SQL for the turn of an owner's next job, for the statement that writes it."""
    return next_turn("job", owner, waiting=JobState.QUEUED)


def is_before(job: Job) -> Condition:
    """Return the condition for jobs that wait before a waiting job."""
    same_turn = And(Job.turn == job.turn, Job.queued_at < job.queued_at)
    return And(_has_state(JobState.QUEUED), Or(Job.turn < job.turn, same_turn))


def _why_not_startable(job: Job) -> str:
    if job.state == JobState.RUNNING:
        return "The job is running already. Follow its events, or wait until it has ended."
    return "The job is done. Read its rows, or submit the file again to analyze it again."


def _has_id(job_id: str, owner: str | None) -> Condition:
    return Job.id == job_id if owner is None else And(Job.id == job_id, Job.owner == owner)


def _has_state(*states: JobState) -> Condition:
    return Job.state.is_in([state.value for state in states])


def _is_wanted(job: Job) -> Condition:
    return And(LEASE.is_held(job), Job.cancel_requested.eq(False))


def _is_due() -> Condition:
    is_time = Or(Job.not_before.is_null(), Job.not_before <= from_now())
    return And(_has_state(JobState.QUEUED), is_time)


def _json(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
