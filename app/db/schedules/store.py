"""The schedules in the database: when each is due, how to change it, and how to claim it.

One transaction moves a due schedule to its next time and records its run (``runs.py``). So only one
of several schedulers claims each due time, and no claimed run is lost if a process dies.
"""

from datetime import UTC, datetime, timedelta
from sqlite3 import IntegrityError
from uuid import uuid4

from asyncpg import UniqueViolationError
from piccolo.columns import And

from app.contract.cron import next_after, require_cron
from app.contract.schedules import SCHEDULES, Outcome
from app.db.engine.transaction import transaction
from app.db.jobs.conditions import Values
from app.db.schedules.tables import Schedule, ScheduleRun
from app.db.security.trail import EventKind, record

# A run that has not started after this time counts as missed.
MISSED_AFTER = timedelta(minutes=10)
MISSED = (
    "The service was down when it was due, or the run before took too long, and this schedule does "
    "not catch up on missed runs."
)
BUSY = "A run of {} is already waiting or running; look at its history."
TAKEN = (IntegrityError, UniqueViolationError)


class ScheduleNotFoundError(Exception):
    """There is no such schedule."""


class ScheduleConflictError(Exception):
    """A schedule cannot run now; the text says why."""


async def add_missing_schedules() -> None:
    """Add the schedules that the database lacks; existing ones keep their settings."""
    now = datetime.now(UTC)
    for name, usual in SCHEDULES.items():
        schedule = Schedule(
            name=name,
            task=usual.task,
            cron=usual.cron,
            catch_up=usual.catch_up,
            next_run_at=next_after(usual.cron, now),
        )
        await Schedule.insert(schedule).on_conflict(target=Schedule.name, action="DO NOTHING")


async def all_schedules() -> list[Schedule]:
    """Return all schedules, sorted by their next time."""
    return await Schedule.objects().order_by(Schedule.next_run_at).order_by(Schedule.name)


async def get_schedule(name: str) -> Schedule:
    """Return the schedule with a name.

    Raises:
        ScheduleNotFoundError: there is no such schedule.
    """
    schedule = await Schedule.objects().where(Schedule.name == name).first()
    if schedule is None:
        raise ScheduleNotFoundError(
            f"There is no schedule {name}; there are {', '.join(SCHEDULES)}."
        )
    return schedule


async def change_schedule(
    name: str,
    *,
    by: str,
    cron: str | None = None,
    paused: bool | None = None,
    catch_up: bool | None = None,
) -> Schedule:
    """Change the fields of a schedule that are not None; a paused schedule never catches up.

    Raises:
        ScheduleNotFoundError: there is no such schedule.
        CronError: ``cron`` is not a cron expression.
    """
    now, schedule = datetime.now(UTC), await get_schedule(name)
    cron = None if cron is None else require_cron(cron, now=now)
    changed = {Schedule.cron: cron, Schedule.paused: paused, Schedule.catch_up: catch_up}
    values: Values = {column: value for column, value in changed.items() if value is not None}
    values |= {Schedule.changed_by: by, Schedule.changed_at: now}
    if cron is not None or (schedule.paused and paused is False):
        values[Schedule.next_run_at] = next_after(cron or schedule.cron, now)
    async with transaction():
        await Schedule.update(values).where(Schedule.name == name)
        detail = {"schedule": name, "cron": cron, "paused": paused, "catch_up": catch_up}
        await record(EventKind.SCHEDULE_CHANGED, detail=detail)
    return await get_schedule(name)


async def run_now(name: str, *, by: str) -> ScheduleRun:
    """Run a schedule as soon as a worker is free, even if paused; its next time stays.

    Raises:
        ScheduleNotFoundError: there is no such schedule.
        ScheduleConflictError: a run of the schedule has not ended.
    """
    await get_schedule(name)
    run = _new_run(name, datetime.now(UTC), asked_by=by)
    try:
        async with transaction():
            await ScheduleRun.insert(run)
            await record(EventKind.SCHEDULE_STARTED, detail={"schedule": name})
    except TAKEN:
        raise ScheduleConflictError(BUSY.format(name)) from None
    return run


async def claim_due() -> int:
    """Record a run for each due schedule and set its next time; return how many.

    Several missed times give one run. A schedule whose run has not ended stays due until then.
    """
    now = datetime.now(UTC)
    is_due = And(Schedule.paused.eq(False), Schedule.next_run_at <= now)
    claimed = 0
    for schedule in await Schedule.objects().where(is_due):
        if not await ScheduleRun.exists().where(_is_open(schedule.name)):
            claimed += await _claim(schedule, now)
    return claimed


async def _claim(schedule: Schedule, now: datetime) -> bool:
    """Claim a due time, unless another scheduler has it or the schedule was changed."""
    as_read = And(Schedule.name == schedule.name, Schedule.next_run_at == schedule.next_run_at)
    same = And(as_read, And(Schedule.cron == schedule.cron, Schedule.paused.eq(False)))
    following = next_after(schedule.cron, now)
    try:
        async with transaction():
            update = Schedule.update({Schedule.next_run_at: following})
            if not await update.where(same).returning(Schedule.name):
                return False
            await ScheduleRun.insert(_due_run(schedule, now))
    except TAKEN:  # a user started it at the same time
        return False
    return True


def _due_run(schedule: Schedule, now: datetime) -> ScheduleRun:
    run = _new_run(schedule.name, schedule.next_run_at)
    if not schedule.catch_up and now - schedule.next_run_at > MISSED_AFTER:
        run.outcome, run.ended_at, run.message = Outcome.MISSED, now, MISSED
    return run


def _new_run(name: str, due_at: datetime, *, asked_by: str | None = None) -> ScheduleRun:
    return ScheduleRun(
        id=uuid4().hex, schedule=name, due_at=due_at, asked_by=asked_by, outcome=Outcome.WAITING
    )


def _is_open(name: str) -> And:
    return And(ScheduleRun.schedule == name, ScheduleRun.ended_at.is_null())
