"""Everything that happens to a job, each change one guarded statement.

The database is the truth about a job and the queue only a wake-up, so a change states what it
expects: a claim expects a free job, a worker's write expects that the worker still holds it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any, TypeAlias
from uuid import uuid4

import msgspec
from piccolo.columns import And, Column, Or, Where
from piccolo.query.functions.aggregate import Max, Min

from app.contract.tasks import JobState, Step
from app.db.tables import Job

# A worker renews its lease at a third of this; one that dies is replaced when it has run out.
# It outlasts a database that is away for ten seconds.
LEASE_S = 20


Condition: TypeAlias = And | Or | Where
Values: TypeAlias = dict[Column | str, Any]


class JobNotFoundError(Exception):
    """There is no such job, or it is another owner's."""


class JobConflictError(Exception):
    """The job's state forbids what was asked; the text says what to do instead."""


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


def new_job_id() -> str:
    """An identifier that cannot be guessed: 32 hexadecimal digits."""
    return uuid4().hex


class JobStore:
    """The jobs in the database. Owners see only their own; workers see all."""

    async def add(self, new: NewJob) -> Job:
        """Insert a queued job; the caller then wakes a worker."""
        now = _now()
        job = Job(
            id=new.id,
            owner=new.owner,
            file_name=new.file_name,
            upload_key=new.upload_key,
            upload_bytes=new.upload_bytes,
            upload_sha256=new.upload_sha256,
            settings=_json(new.settings),
            created_at=now,
            queued_at=now,
            turn=await self._next_turn(new.owner),
            idempotency_key=new.idempotency_key,
        )
        await Job.insert(job)
        return job

    async def get(self, job_id: str, *, owner: str | None = None) -> Job:
        """One job, of this owner where one is given.

        Raises:
            JobNotFoundError: there is none.
        """
        job = await Job.objects().where(_is(job_id, owner)).first()
        if job is None:
            raise JobNotFoundError(f"There is no job {job_id}.")
        return job

    async def recent(self, *, owner: str, limit: int, offset: int = 0) -> list[Job]:
        """The owner's jobs, newest first."""
        query = Job.objects().where(Job.owner == owner).order_by(Job.created_at, ascending=False)
        return await query.limit(limit).offset(offset)

    async def count(self, *, owner: str) -> int:
        """How many jobs the owner has."""
        return int(await Job.count().where(Job.owner == owner))

    async def remember_task(self, job_id: str, task_id: str) -> None:
        """Note the task that was last sent for a job."""
        await Job.update({Job.task_id: task_id}).where(Job.id == job_id)

    async def with_key(self, idempotency_key: str, *, owner: str) -> Job | None:
        """The job that the owner submitted under this key before, if any."""
        is_it = And(Job.owner == owner, Job.idempotency_key == idempotency_key)
        return await Job.objects().where(is_it).first()

    async def claim(self) -> Job | None:
        """Take the job whose turn it is: a due one, or one whose worker lost its lease.

        Turns go round the owners, so that many files of one do not keep another waiting. A taken
        job is running, has the next ``attempt`` number and a lease of ``LEASE_S``; None when no
        job waits.
        """
        while first := await self._first_in_turn(_now()):
            if await self._take(first["id"], JobState(first["state"])):
                return await self.get(first["id"])
        return None

    async def standing(self, job: Job, *, renew: bool) -> Standing:
        """How a held job stands; with ``renew`` the worker also keeps hold of it."""
        if renew:
            until = _now() + timedelta(seconds=LEASE_S)
            query = Job.update({Job.lease_until: until}).where(_is_held(job))
            rows = await query.returning(Job.cancel_requested)
        else:
            rows = await Job.select(Job.cancel_requested).where(_is_held(job))
        if not rows:
            return Standing.LOST
        return Standing.TO_CANCEL if rows[0]["cancel_requested"] else Standing.WANTED

    async def retry_later(self, job: Job, *, delay_s: float, message: str) -> bool:
        """Put a held job back after a passing fault; False when it is not held."""
        again: Values = {
            Job.not_before: _now() + timedelta(seconds=delay_s),
            Job.faults: Job.faults + 1,
        }
        return await self._put_back(job, again | {Job.message: message})

    async def is_put_down(self, job: Job) -> bool:
        """Whether this attempt's last write has come to pass: it holds the job no longer."""
        same = And(Job.id == job.id, Job.attempt == job.attempt)
        return bool(await Job.count().where(And(same, Job.state != JobState.RUNNING)))

    async def hand_back(self, job: Job) -> bool:
        """Put a held job back for another worker, because this one stops."""
        return await self._put_back(job, {Job.message: "Handed to another worker."})

    async def cancel(self, job_id: str, *, owner: str) -> Job:
        """Cancel a waiting job, or ask the worker of a running one to; the job's state tells which.

        Raises:
            JobNotFoundError: there is no such job.
            JobConflictError: the job has ended.
        """
        ended: Values = {
            Job.state: JobState.CANCELLED,
            Job.finished_at: _now(),
            Job.message: CANCELLED,
        }
        waiting = And(_is(job_id, owner), _has_state(JobState.QUEUED))
        running = And(_is(job_id, owner), _has_state(JobState.RUNNING))
        changed = await Job.update(ended).where(waiting).returning(Job.id)
        changed = changed or await Job.update({Job.cancel_requested: True}).where(
            running
        ).returning(Job.id)
        job = await self.get(job_id, owner=owner)
        if not changed:
            raise JobConflictError("The job has ended already; there is nothing to cancel.")
        return job

    async def end_cancelled(self, job: Job) -> bool:
        """End a held job as its owner asked; False when it is not held."""
        return await self._end(job, JobState.CANCELLED, {Job.message: CANCELLED})

    async def position(self, job: Job) -> int | None:
        """The place of a waiting job in the queue, from 1; None for one that does not wait."""
        if job.state != JobState.QUEUED:
            return None
        same_turn = And(Job.turn == job.turn, Job.queued_at < job.queued_at)
        before = And(_has_state(JobState.QUEUED), Or(Job.turn < job.turn, same_turn))
        return 1 + int(await Job.count().where(before))

    async def enter_step(self, job: Job, step: str, percentage: int, message: str) -> bool:
        """Note how far a held job is; False when it is no longer held."""
        return await self._change_held(
            job, {Job.step: step, Job.percentage: percentage, Job.message: message}
        )

    async def succeed(self, job: Job, *, result_key: str, summary: dict[str, Any]) -> bool:
        """End a held job with its result; False, and nothing changed, when it is not held."""
        return await self._end(
            job,
            JobState.SUCCEEDED,
            {
                Job.step: Step.COMPLETE,
                Job.percentage: 100,
                Job.message: "Analysis complete.",
                Job.result_key: result_key,
                Job.summary: _json(summary),
            },
        )

    async def fail(self, job: Job, *, message: str, error: str) -> bool:
        """End a held job without a result; False when it is not held."""
        return await self._end(job, JobState.FAILED, {Job.message: message, Job.error: error})

    async def queue_again(self, job_id: str, *, owner: str) -> Job:
        """Put a failed or cancelled job back; a queued one is left as it is.

        Raises:
            JobNotFoundError: there is no such job.
            JobConflictError: the job runs or is done.
        """
        again = (
            await Job.update(
                {
                    Job.state: JobState.QUEUED,
                    Job.step: Step.QUEUED,
                    Job.percentage: 0,
                    Job.message: "",
                    Job.error: None,
                    Job.queued_at: _now(),
                    Job.started_at: None,
                    Job.finished_at: None,
                    Job.turn: await self._next_turn(owner),
                    Job.lost_leases: 0,
                    Job.faults: 0,
                    Job.not_before: None,
                    Job.cancel_requested: False,
                }
            )
            .where(And(_is(job_id, owner), _has_state(*STARTABLE)))
            .returning(Job.id)
        )
        job = await self.get(job_id, owner=owner)
        if not again:
            raise JobConflictError(_why_not_startable(job))
        return job

    async def delete(self, job_id: str, *, owner: str | None = None) -> Job:
        """Forget a job in any state; a worker that holds it gives up at its next renewal.

        Raises:
            JobNotFoundError: there is no such job.
        """
        job = await self.get(job_id, owner=owner)
        await Job.delete().where(Job.id == job_id)
        return job

    async def due(self) -> int:
        """How many jobs a worker could claim now."""
        return int(await Job.count().where(_is_claimable(_now())))

    async def finished_before(self, moment: datetime) -> list[str]:
        """The ids of jobs that ended before a moment, of any owner."""
        ended = _has_state(*(state for state in JobState if state.is_final))
        rows = await Job.select(Job.id).where(And(ended, Job.finished_at < moment))
        return [row["id"] for row in rows]

    async def _next_turn(self, owner: str) -> int:
        """The turn of an owner's next job: after their own, and not before all that wait."""
        waits = _has_state(JobState.QUEUED)
        own = await Job.select(Max(Job.turn, alias="last")).where(And(waits, Job.owner == owner))
        head = await Job.select(Min(Job.turn, alias="first")).where(waits)
        last, first = own[0]["last"], head[0]["first"]
        return max(0 if last is None else last + 1, first or 0)

    async def _first_in_turn(self, now: datetime) -> dict[str, Any] | None:
        query = Job.select(Job.id, Job.state).where(_is_claimable(now))
        return await query.order_by(Job.turn, Job.queued_at).first()

    async def _take(self, job_id: str, state: JobState) -> bool:
        now = _now()
        values: Values = {
            Job.state: JobState.RUNNING,
            Job.attempt: Job.attempt + 1,
            Job.lease_until: now + timedelta(seconds=LEASE_S),
            Job.started_at: now,
            Job.step: Step.QUEUED,
            Job.percentage: 0,
        }
        if state == JobState.RUNNING:
            values[Job.lost_leases] = Job.lost_leases + 1
        free = And(And(Job.id == job_id, _has_state(state)), _is_claimable(now))
        return bool(await Job.update(values).where(free).returning(Job.id))

    async def _put_back(self, job: Job, values: Values) -> bool:
        waiting: Values = {
            Job.state: JobState.QUEUED,
            Job.step: Step.QUEUED,
            Job.percentage: 0,
            Job.started_at: None,
            Job.lease_until: None,
        }
        return await self._change_held(job, waiting | values)

    async def _end(self, job: Job, state: JobState, values: Values) -> bool:
        final: Values = {Job.state: state, Job.finished_at: _now(), Job.lease_until: None}
        return await self._change_held(job, values | final)

    async def _change_held(self, job: Job, values: Values) -> bool:
        """Change a job only while this attempt holds it: the fence against a late worker."""
        return bool(await Job.update(values).where(_is_held(job)).returning(Job.id))


CANCELLED = "Cancelled, as you asked. The table is kept; start the job again when you like."
STARTABLE = (JobState.QUEUED, JobState.FAILED, JobState.CANCELLED)


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


def _is_claimable(now: datetime) -> Condition:
    is_due = Or(Job.not_before.is_null(), Job.not_before <= now)
    has_lost_its_worker = And(_has_state(JobState.RUNNING), Job.lease_until < now)
    return Or(And(_has_state(JobState.QUEUED), is_due), has_lost_its_worker)


def _json(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


def _now() -> datetime:
    return datetime.now(UTC)
