"""What the statements on jobs share: conditions, values, and the lease of a worker."""

from typing import Any, TypeAlias

import msgspec
from piccolo.columns import And, Column, Or, Where
from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString

from app.contract.tasks import JobState, Step
from app.db.engine.clock import from_now
from app.db.engine.lease import Lease, next_turn
from app.db.jobs.quotas.limits import is_within_limits
from app.db.jobs.tables import Job

Condition: TypeAlias = And | Or | Where


Values: TypeAlias = dict[Column | str, Any]


# A worker renews its lease at a third of this; a dead worker is replaced when the lease expires.
# The lease survives a database that is away for ten seconds.
LEASE_S = 20


# Workers claim no job while the queue is paused; see queue_pause.py.
IS_NOT_PAUSED = "NOT EXISTS (SELECT 1 FROM queue_pause)"


LEASE = Lease(Job, Job.attempt, Job.state, JobState.RUNNING)


CANCELLED = "Cancelled, as you asked. The table is kept; start the job again when you like."


# The values of a job that waits for a worker again.
WAITING: Values = {
    Job.state: JobState.QUEUED,
    Job.step: Step.QUEUED,
    Job.percentage: 0,
    Job.started_at: None,
    Job.lease_until: None,
}


def is_before(job: Job) -> Condition:
    """Return the condition for jobs that wait before a waiting job."""
    same_turn = And(Job.turn == job.turn, Job.queued_at < job.queued_at)
    return And(has_state(JobState.QUEUED), Or(Job.turn < job.turn, same_turn))


def has_id(job_id: str, owner: str | None) -> Condition:
    """Return the condition for one job, of this owner if given."""
    return Job.id == job_id if owner is None else And(Job.id == job_id, Job.owner == owner)


def has_state(*states: JobState) -> Condition:
    """Return the condition for jobs in one of these states."""
    return Job.state.is_in([state.value for state in states])


def is_due() -> Condition:
    """Return the condition for jobs that a worker could claim now."""
    is_time = Or(Job.not_before.is_null(), Job.not_before <= from_now())
    return And(And(has_state(JobState.QUEUED), is_time), WhereRaw(is_allowed()))


def is_allowed() -> str:
    """Return the SQL condition for jobs that no pause and no limit of their owners holds back."""
    return f"{IS_NOT_PAUSED} AND {is_within_limits()}"


def next_job_turn(owner: str) -> QueryString:
    """Return SQL for the turn of an owner's next job, for the statement that writes it."""
    return next_turn("job", owner, waiting=JobState.QUEUED)


def as_json(value: dict[str, Any]) -> str:
    """Return a value as the JSON of a column."""
    return msgspec.json.encode(value).decode()
