"""Everything that happens to a job, each change one guarded statement.

The database is the truth about a job and the queue only a wake-up, so a change states what it
expects: a claim expects a free job, a worker's write expects that the worker still holds it.
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
from app.db.engine.transaction import is_postgresql
from app.db.jobs.quotas import NO_QUOTAS, Quotas, one_at_a_time, require_submissions
from app.db.jobs.tables import Job, PendingUpload

# A worker renews its lease at a third of this; one that dies is replaced when it has run out.
# It outlasts a database that is away for ten seconds.
LEASE_S = 20


Condition: TypeAlias = And | Or | Where
Values: TypeAlias = dict[Column | str, Any]


class JobNotFoundError(Exception):
    """There is no such job, or it is another owner's."""


class JobConflictError(Exception):
    """The job's state forbids what was asked; the text says what to do instead."""


class IdempotencyKeyError(Exception):
    """An idempotency key came again with something else; the text says what to do."""


class Standing(Enum):
    """What a worker that runs a job learns of it."""

    WANTED = auto()
    TO_CANCEL = auto()
    LOST = auto()


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """What a job is made of: an upload that lies in storage, and the settings to analyze it by."""

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
    """An identifier that cannot be guessed: 32 hexadecimal digits."""
    return uuid4().hex


class JobStore:
    """The jobs in the database. Owners see only their own; workers see all.

    ``quotas`` hold for every owner whose account has none of its own.
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

        When the owner used an idempotency key before, its job comes back, as it is. The uploads
        of the jobs count no longer as the pending ones that they were ``instead_of``.

        Raises:
            IdempotencyKeyError: a key came before with something else.
            JobConflictError: another version of the same job came at the same moment.
            QuotaError: the owner, or the user who submits for them, may not have so many.
        """
        owner, by = new[0].owner, new[0].acted_by or new[0].owner
        async with one_at_a_time(owner, by):
            if instead_of:
                await PendingUpload.delete().where(PendingUpload.id.is_in(list(instead_of)))
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
        """One job, of this owner where one is given.

        Raises:
            JobNotFoundError: there is none.
        """
        job = await Job.objects().where(_is(job_id, owner)).first()
        if job is None:
            raise JobNotFoundError(f"There is no job {job_id}.")
        return job

    async def versions(self, job: Job) -> list[Job]:
        """The versions of a job that are still there, the first one first."""
        first = job.version_of or job.id
        is_one = And(Job.owner == job.owner, Or(Job.id == first, Job.version_of == first))
        return await Job.objects().where(is_one).order_by(Job.version)

    async def current(
        self, *, owner: str, ended_since: datetime | None, after_id: str = "", limit: int
    ) -> list[Job]:
        """The owner's jobs that have not ended or ended since a moment: a page, in order of ids."""
        matters = _has_state(*(state for state in JobState if not state.is_final))
        if ended_since:
            matters = Or(matters, Job.finished_at >= ended_since)
        of_page = And(Job.owner == owner, Job.id > after_id)
        return await Job.objects().where(And(of_page, matters)).order_by(Job.id).limit(limit)

    async def remember_task(self, job_id: str, task_id: str) -> None:
        """Note the task that was last sent for a job."""
        await Job.update({Job.task_id: task_id}).where(Job.id == job_id)

    async def claim(self, *, worker: str = "") -> Job | None:
        """Take the due job whose turn it is, for a worker.

        Turns go round the owners, so that many files of one do not keep another waiting. A taken
        job is running, has the next ``attempt`` number and a lease of ``LEASE_S``; None when no
        job waits.
        """
        lock = "FOR UPDATE SKIP LOCKED" if is_postgresql() else ""
        now, until = from_now(), from_now(LEASE_S)
        rows = await Job.raw(CLAIM.format(lock=lock), until, now, worker, now)
        return Job(**rows[0]) if rows else None

    async def release_lost(self) -> int:
        """Put the jobs whose workers lost their leases back; how many there were."""
        return await _release(Job.lease_until < from_now())

    async def release_held_by(self, process: str) -> int:
        """Put the jobs of a worker process that has ended back before their leases run out.

        It is named by host and process id, as its log names it; how many jobs there were.
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
        """How a held job stands; with ``renew`` its worker keeps hold of it.

        With ``note`` the row also says how far the job is.
        """
        values: Values = {}
        if renew:
            values[Job.lease_until] = from_now(LEASE_S)
        if note:
            values |= {Job.step: note.current_step, Job.percentage: note.percentage}
            values[Job.message] = note.message
        if values:
            update = Job.update(values).where(_is_held(job))
            rows = await update.returning(Job.cancel_requested)
        else:
            rows = await Job.select(Job.cancel_requested).where(_is_held(job))
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
        """Whether this attempt's last write has come to pass: it holds the job no longer."""
        same = And(Job.id == job.id, Job.attempt == job.attempt)
        return bool(await Job.count().where(And(same, Job.state != JobState.RUNNING)))

    async def hand_back(self, job: Job) -> bool:
        """Put a held job back for another worker, because this one stops."""
        return await self._requeue(job, {Job.message: "Handed to another worker."})

    async def cancel(self, job_id: str, *, owner: str, by: str | None = None) -> Job:
        """Cancel a waiting job, or ask the worker of a running one to; the job's state tells which.

        ``by`` is who asks, where that is not the owner.

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
        asked: Values = {Job.cancel_requested: True, Job.acted_by: by}
        waiting = And(_is(job_id, owner), _has_state(JobState.QUEUED))
        running = And(_is(job_id, owner), _has_state(JobState.RUNNING))
        while not (  # a job may go to a worker, or come back from one, between the two
            await Job.update(ended).where(waiting).returning(Job.id)
            or await Job.update(asked).where(running).returning(Job.id)
        ):
            if JobState((await self.get(job_id, owner=owner)).state).is_final:
                raise JobConflictError("The job has ended already; there is nothing to cancel.")
        return await self.get(job_id, owner=owner)

    async def end_cancelled(self, job: Job) -> bool:
        """End a held job as its owner asked; False when it is not held."""
        return await self._end(job, JobState.CANCELLED, {Job.message: CANCELLED})

    async def position(self, job: Job) -> int | None:
        """The place of a waiting job in the queue, from 1; None for one that does not wait."""
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

        False, and nothing changed, when it is not held, or was to be cancelled meanwhile.
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
        """End a held job without a result; False when it is not held."""
        return await self._end(job, JobState.FAILED, {Job.message: message, Job.error: error})

    async def queue_again(self, job_id: str, *, owner: str, by: str | None = None) -> Job:
        """Put a failed or cancelled job back; a queued one is left as it is.

        ``by`` is who asks, where that is not the owner.

        Raises:
            JobNotFoundError: there is no such job.
            JobConflictError: the job runs or is done.
            QuotaError: the owner, or who asks, may not have so many.
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
        is_startable = And(_is(job_id, owner), _has_state(*STARTABLE))
        return bool(await Job.update(values).where(is_startable).returning(Job.id))

    async def delete(self, job_id: str, *, owner: str, by: str | None = None) -> Job:
        """Forget a job in any state; a worker that holds it gives up at its next renewal.

        ``by`` is who deletes it, where that is not the owner.

        Raises:
            JobNotFoundError: there is no such job.
        """
        job = await self.get(job_id, owner=owner)
        # The trigger of the audit trail reads it.
        await Job.update({Job.deleted_by: by or owner}).where(Job.id == job_id)
        await Job.delete().where(Job.id == job_id)
        return job

    async def all_of(self, owner: str) -> list[str]:
        """The ids of all jobs of an owner."""
        rows = await Job.select(Job.id).where(Job.owner == owner)
        return [row["id"] for row in rows]

    async def hand_over(self, *, owner: str, to: str) -> int:
        """Give all jobs of an owner to another; how many there were.

        Their idempotency keys are forgotten, for the other may have used the same.
        """
        values: Values = {Job.owner: to, Job.idempotency_key: None}
        return len(await Job.update(values).where(Job.owner == owner).returning(Job.id))

    async def due(self) -> int:
        """How many jobs a worker could claim now."""
        return int(await Job.count().where(_is_due()))

    async def untold(self, *, ended_before: datetime, limit: int) -> list[Job]:
        """Jobs that ended before a moment and whose last event has yet to go out, of any owner."""
        is_old = And(WhereRaw("untold"), Job.finished_at < ended_before)
        return await Job.objects().where(is_old).order_by(Job.finished_at).limit(limit)

    async def mark_published(self, job: Job) -> None:
        """Note that the last event of a job that has ended went out."""
        is_it = And(Job.id == job.id, Job.attempt == job.attempt)
        await Job.update({Job.untold: False}).where(is_it)

    async def _requeue(self, job: Job, values: Values) -> bool:
        return await self._change_held(job, WAITING | values)

    async def _end(
        self, job: Job, state: JobState, values: Values, *, only: Condition | None = None
    ) -> bool:
        final: Values = {
            Job.state: state,
            Job.finished_at: from_now(),
            Job.lease_until: None,
            Job.untold: True,
        }
        return await self._change_held(job, values | final, only=only)

    async def _change_held(
        self, job: Job, values: Values, *, only: Condition | None = None
    ) -> bool:
        """Change a job only while this attempt holds it: the fence against a late worker."""
        change = Job.update(values).where(only or _is_held(job))
        return bool(await change.returning(Job.id))


CANCELLED = "Cancelled, as you asked. The table is kept; start the job again when you like."
ANOTHER_VERSION = "Another version of this job was made at the same moment; send this one again."
LOST = "Its worker was lost; it waits for another."
STARTABLE = (JobState.FAILED, JobState.CANCELLED)


# What makes a job wait for a worker again.
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

# After the owner's own jobs that wait, and not before all that wait.
NEXT_TURN = """(
    SELECT MAX(turn) FROM (
        SELECT COALESCE(MAX(turn) + 1, 0) AS turn FROM job WHERE state = 'queued' AND owner = {}
        UNION ALL
        SELECT COALESCE(MIN(turn), 0) FROM job WHERE state = 'queued'
    ) AS turns
)"""

SENT_BEFORE = (
    "This Idempotency-Key came before with another table or other settings. Send a new key with "
    "each new submission."
)

NEXT_VERSION = "(SELECT COALESCE(MAX(version), 1) + 1 FROM job WHERE version_of = {})"


def _count_added(jobs: Sequence[Job], new: Sequence[NewJob]) -> int:
    """How many of the jobs are new, rather than found by their idempotency keys.

    Raises:
        IdempotencyKeyError: one that was found came from something else.
    """
    added = 0
    for job, each in zip(jobs, new, strict=True):
        if job.id == each.id:
            added += 1
        elif job.submission_sha256 not in (each.submission_sha256, None):  # None: not noted then
            raise IdempotencyKeyError(SENT_BEFORE)
    return added


async def _release(which: Condition) -> int:
    """Put running jobs back that lost their worker; each goes to one of those who try it."""
    again: Values = {**WAITING, Job.lost_leases: Job.lost_leases + 1, Job.message: LOST}
    is_lost = And(_has_state(JobState.RUNNING), which)
    return len(await Job.update(again).where(is_lost).returning(Job.id))


def _next_version(first: str) -> QueryString:
    """The number of the next version of a job, found by the statement that writes it."""
    return QueryString(NEXT_VERSION, first)


def _next_turn(owner: str) -> QueryString:
    """The turn of an owner's next job, found by the statement that writes it."""
    return QueryString(NEXT_TURN, owner)


def is_before(job: Job) -> Condition:
    """Which jobs wait before a waiting one."""
    same_turn = And(Job.turn == job.turn, Job.queued_at < job.queued_at)
    return And(_has_state(JobState.QUEUED), Or(Job.turn < job.turn, same_turn))


def _why_not_startable(job: Job) -> str:
    if job.state == JobState.RUNNING:
        return "The job is running already. Follow its events, or wait until it has ended."
    return "The job is done. Read its rows, or submit the file again to run it anew."


def _is(job_id: str, owner: str | None) -> Condition:
    return Job.id == job_id if owner is None else And(Job.id == job_id, Job.owner == owner)


def _has_state(*states: JobState) -> Condition:
    return Job.state.is_in([state.value for state in states])


def _is_held(job: Job) -> Condition:
    is_this_attempt = And(Job.id == job.id, Job.attempt == job.attempt)
    return And(is_this_attempt, _has_state(JobState.RUNNING))


def _is_wanted(job: Job) -> Condition:
    return And(_is_held(job), Job.cancel_requested.eq(False))


def _is_due() -> Condition:
    is_time = Or(Job.not_before.is_null(), Job.not_before <= from_now())
    return And(_has_state(JobState.QUEUED), is_time)


def _json(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
