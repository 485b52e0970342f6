"""Everything that happens to a job, each change one guarded statement.

The database is the truth about a job and the queue only a wake-up, so a change states what it
expects: a claim expects a free job, a worker's write expects that the worker still holds it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import uuid4

import msgspec
from piccolo.columns import And, Column, Or, Where

from app.contract.tasks import JobState, Step
from app.db.tables import Job

# A worker renews its lease at a third of this; one that dies is replaced when it has run out.
LEASE_S = 60
# A queued job whose wake-up may have been lost is woken again after this time.
STALE_QUEUED_S = 60


Condition: TypeAlias = And | Or | Where
Values: TypeAlias = dict[Column | str, Any]


class JobNotFoundError(Exception):
    """There is no such job, or it is another owner's."""


class JobConflictError(Exception):
    """The job's state forbids what was asked; the text says what to do instead."""


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

    async def claim(self, job_id: str) -> Job | None:
        """Take a queued job, or a running one whose lease ran out; None when it is not to be had.

        A taken job is running, has the next ``attempt`` number and a lease of ``LEASE_S``.
        """
        now = _now()
        taken = (
            await Job.update(
                {
                    Job.state: JobState.RUNNING,
                    Job.attempt: Job.attempt + 1,
                    Job.lease_until: now + timedelta(seconds=LEASE_S),
                    Job.started_at: now,
                    Job.step: Step.QUEUED,
                    Job.percentage: 0,
                }
            )
            .where(And(Job.id == job_id, _is_claimable(now)))
            .returning(Job.id)
        )
        return await self.get(job_id) if taken else None

    async def renew_lease(self, job: Job) -> bool:
        """Keep hold of a running job; False when it was deleted, ended or claimed by another."""
        until = _now() + timedelta(seconds=LEASE_S)
        return await self._change_held(job, {Job.lease_until: until})

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

    async def neglected(self) -> list[str]:
        """The ids of jobs to wake a worker for: queued for long, or held by one that died."""
        now = _now()
        stale = Job.queued_at < now - timedelta(seconds=STALE_QUEUED_S)
        rows = await Job.select(Job.id).where(
            Or(And(_has_state(JobState.QUEUED), stale), _has_lost_its_worker(now))
        )
        return [row["id"] for row in rows]

    async def finished_before(self, moment: datetime) -> list[str]:
        """The ids of jobs that ended before a moment, of any owner."""
        ended = _has_state(*(state for state in JobState if state.is_final))
        rows = await Job.select(Job.id).where(And(ended, Job.finished_at < moment))
        return [row["id"] for row in rows]

    async def _end(self, job: Job, state: JobState, values: Values) -> bool:
        final: Values = {Job.state: state, Job.finished_at: _now(), Job.lease_until: None}
        return await self._change_held(job, values | final)

    async def _change_held(self, job: Job, values: Values) -> bool:
        """Change a job only while this attempt holds it: the fence against a late worker."""
        held = And(And(Job.id == job.id, Job.attempt == job.attempt), _has_state(JobState.RUNNING))
        return bool(await Job.update(values).where(held).returning(Job.id))


STARTABLE = (JobState.QUEUED, JobState.FAILED, JobState.CANCELLED)


def _why_not_startable(job: Job) -> str:
    if job.state == JobState.RUNNING:
        return "The job is running already. Follow its events, or wait until it has ended."
    return "The job is done. Read its rows, or submit the file again to run it anew."


def _is(job_id: str, owner: str | None) -> Condition:
    return Job.id == job_id if owner is None else And(Job.id == job_id, Job.owner == owner)


def _has_state(*states: JobState) -> Condition:
    return Job.state.is_in([state.value for state in states])


def _has_lost_its_worker(now: datetime) -> Condition:
    return And(_has_state(JobState.RUNNING), Job.lease_until < now)


def _is_claimable(now: datetime) -> Condition:
    return Or(_has_state(JobState.QUEUED), _has_lost_its_worker(now))


def _json(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


def _now() -> datetime:
    return datetime.now(UTC)
