"""The runs of schedules in the database: waiting, held by a worker, or ended.

As with jobs, the row is the truth and the queue is a wake-up. A worker claims a run with one
guarded statement, and every later write requires the number of its attempt.
"""

from datetime import datetime

import msgspec
from piccolo.columns import And, Or

from app.contract.schedules import Outcome
from app.db.engine.clock import from_now
from app.db.engine.lease import Lease
from app.db.jobs.conditions import Condition, Values
from app.db.schedules.tables import Schedule, ScheduleRun

# Shorter than the time after which another worker gets a dead worker's message (IDLE_TIMEOUT_S).
LEASE_S = 45
# A run that no worker has claimed after this time needs another wake-up: Redis lost the first.
SENT_AGAIN_AFTER_S = 120
MOST_ATTEMPTS = 3
GIVEN_UP = f"Its worker was lost {MOST_ATTEMPTS} times. See the log of the workers."

LEASE = Lease(ScheduleRun, ScheduleRun.attempt, ScheduleRun.outcome, Outcome.RUNNING)


async def runs_to_send() -> list[ScheduleRun]:
    """Return the runs that need a wake-up."""
    is_free = Or(_has(Outcome.WAITING), _is_abandoned())
    is_old = ScheduleRun.sent_at < from_now(-SENT_AGAIN_AFTER_S)
    is_unheard = Or(ScheduleRun.sent_at.is_null(), is_old)
    which = And(ScheduleRun.ended_at.is_null(), And(is_free, is_unheard))
    return await ScheduleRun.objects().where(which).order_by(ScheduleRun.due_at)


async def note_sent(run: ScheduleRun) -> None:
    """Record that a wake-up was sent for a run."""
    update = ScheduleRun.update({ScheduleRun.sent_at: from_now()})
    await update.where(ScheduleRun.id == run.id)


async def give_up_lost() -> None:
    """End the runs that lost too many workers."""
    is_hopeless = And(_is_abandoned(), ScheduleRun.attempt >= MOST_ATTEMPTS)
    await ScheduleRun.update(_ended(Outcome.FAILED, GIVEN_UP)).where(is_hopeless)


async def claim_run(run_id: str) -> ScheduleRun | None:
    """Claim a run that waits or lost its worker; None if it is held or has ended."""
    is_free = Or(_has(Outcome.WAITING), _is_abandoned())
    begun: Values = {
        ScheduleRun.started_at: from_now(),
        ScheduleRun.lease_until: from_now(LEASE_S),
    }
    run = await LEASE.claim_row(And(ScheduleRun.id == run_id, is_free), begun)
    if run is None:
        return None
    begun_at: Values = {Schedule.last_run_at: run.started_at}
    await Schedule.update(begun_at).where(Schedule.name == run.schedule)
    return run


async def renew_run(run: ScheduleRun) -> None:
    """Renew the lease of a run."""
    until: Values = {ScheduleRun.lease_until: from_now(LEASE_S)}
    await LEASE.change(run, until)


async def end_run(
    run: ScheduleRun, outcome: Outcome, message: str, counts: dict[str, int] | None = None
) -> bool:
    """End a held run; return False, and change nothing, if another worker has it."""
    values = _ended(outcome, message)
    values[ScheduleRun.counts] = msgspec.json.encode(counts or {}).decode()
    return await LEASE.change(run, values)


async def history(name: str, *, limit: int, offset: int = 0) -> list[ScheduleRun]:
    """Return the runs of a schedule, newest first."""
    query = ScheduleRun.objects().where(ScheduleRun.schedule == name)
    query = query.order_by(ScheduleRun.due_at, ascending=False).order_by(ScheduleRun.id)
    return await query.limit(limit).offset(offset)


async def count_runs(name: str) -> int:
    """Return how many runs of a schedule are stored."""
    return int(await ScheduleRun.count().where(ScheduleRun.schedule == name))


async def forget_runs(*, before: datetime) -> int:
    """Delete runs that ended before a moment; return how many."""
    old = ScheduleRun.delete().where(ScheduleRun.ended_at < before)
    return len(await old.returning(ScheduleRun.id))


def _ended(outcome: Outcome, message: str) -> Values:
    return {
        ScheduleRun.outcome: outcome,
        ScheduleRun.message: message,
        ScheduleRun.ended_at: from_now(),
        ScheduleRun.lease_until: None,
    }


def _has(outcome: Outcome) -> Condition:
    return ScheduleRun.outcome == outcome


def _is_abandoned() -> Condition:
    return And(_has(Outcome.RUNNING), ScheduleRun.lease_until < from_now())
