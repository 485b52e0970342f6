"""Schedules and their runs as the API and the pages show them."""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from app.contract.cron import meaning, next_times
from app.db.accounts.store import AccountStore
from app.db.schedules.runs import history
from app.db.schedules.tables import Schedule, ScheduleRun
from app.web.words import SCHEDULES

TIMES_SHOWN = 3


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    """A run of a schedule; times are in UTC.

    ``outcome`` is waiting, running, succeeded, failed or missed. ``asked_by`` names who started it
    by hand, if anybody did. ``message`` says what it did, ``counts`` the same in numbers.
    """

    id: str
    schedule: str
    due_at: datetime
    asked_by: str | None
    outcome: str
    started_at: datetime | None
    ended_at: datetime | None
    message: str
    counts: dict[str, int]


class ScheduleView(msgspec.Struct, frozen=True, kw_only=True):
    """A recurring task; times are in UTC.

    ``meaning`` says ``cron`` in words, and ``next_times`` are its next runs unless it is
    ``paused``. With ``catch_up`` a missed run is made up once.
    """

    name: str
    title: str
    description: str
    cron: str
    meaning: str
    next_times: list[datetime]
    paused: bool
    catch_up: bool
    last_run: RunView | None
    changed_by: str | None
    changed_at: datetime | None


async def schedule_views(schedules: Iterable[Schedule]) -> list[ScheduleView]:
    """The views of schedules, each with its last run."""
    found = [(each, await history(each.name, limit=1)) for each in schedules]
    people = {each.changed_by for each, _ in found} | {
        run.asked_by for _, runs in found for run in runs
    }
    names = await AccountStore().names(people - {None})
    return [_schedule(each, runs, names) for each, runs in found]


async def run_views(runs: Iterable[ScheduleRun]) -> list[RunView]:
    """The views of runs, with the names of those who started them."""
    found = list(runs)
    names = await AccountStore().names({run.asked_by for run in found} - {None})
    return [_run(run, names) for run in found]


def _schedule(schedule: Schedule, runs: list[ScheduleRun], names: dict[str, str]) -> ScheduleView:
    title, description = SCHEDULES.get(schedule.name, (schedule.name, ""))
    now = datetime.now(UTC)
    # A time that is due already comes before those in the future.
    overdue = [schedule.next_run_at] if schedule.next_run_at <= now else []
    times = [*overdue, *next_times(schedule.cron, now, TIMES_SHOWN)][:TIMES_SHOWN]
    return ScheduleView(
        name=schedule.name,
        title=title,
        description=description,
        cron=schedule.cron,
        meaning=meaning(schedule.cron, now),
        next_times=[] if schedule.paused else times,
        paused=schedule.paused,
        catch_up=schedule.catch_up,
        last_run=_run(runs[0], names) if runs else None,
        changed_by=names.get(schedule.changed_by, schedule.changed_by),
        changed_at=schedule.changed_at,
    )


def _run(run: ScheduleRun, names: dict[str, str]) -> RunView:
    return RunView(
        id=run.id,
        schedule=run.schedule,
        due_at=run.due_at,
        asked_by=names.get(run.asked_by, run.asked_by),
        outcome=run.outcome,
        started_at=run.started_at,
        ended_at=run.ended_at,
        message=run.message,
        counts=msgspec.json.decode(run.counts),
    )
