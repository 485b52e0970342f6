"""Schedules in the database: each due time runs once, whoever dies, and a missed one once."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.contract.schedules import SCHEDULES, Outcome, Scheduled
from app.db import piccolo_conf
from app.db.engine.sqlite import KeptSQLiteEngine
from app.db.jobs.conditions import Values
from app.db.schedules.runs import (
    MOST_ATTEMPTS,
    claim_run,
    count_runs,
    end_run,
    give_up_lost,
    history,
    note_sent,
    runs_to_send,
)
from app.db.schedules.store import (
    ScheduleConflictError,
    ScheduleNotFoundError,
    add_missing_schedules,
    all_schedules,
    change_schedule,
    claim_due,
    get_schedule,
    run_now,
)
from app.db.schedules.tables import Schedule, ScheduleRun
from tests.servers import Broker, running_broker, wait_until
from workers.schedules.runs import Done, ScheduleRuns

pytestmark = pytest.mark.usefixtures("database")

HOURLY = "0 * * * *"


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def set_back(name: str, ago: timedelta) -> datetime:
    """Let a schedule have been due in the past, and nothing else."""
    then = datetime.now(UTC).replace(microsecond=0) - ago
    await Schedule.update({Schedule.next_run_at: then}).where(Schedule.name == name)
    return then


def test_a_due_time_is_claimed_once_by_many_and_however_many_went_by() -> None:
    async def work() -> None:
        await add_missing_schedules()
        await change_schedule("jobs", by="root", cron=HOURLY)
        then = await set_back("jobs", timedelta(hours=5))
        claimed = await asyncio.gather(*(claim_due() for _ in range(6)))
        assert sum(claimed) == 1
        (only,) = await history("jobs", limit=9)
        assert (only.due_at, only.outcome) == (then, Outcome.WAITING)
        following = (await get_schedule("jobs")).next_run_at
        assert timedelta(0) < following - datetime.now(UTC) <= timedelta(hours=1)
        await set_back("jobs", timedelta(hours=1))
        assert await claim_due() == 0  # the first has not ended
        held = await claim_run(only.id)
        assert held
        assert await end_run(held, Outcome.SUCCEEDED, "Done.", {"jobs": 2})
        assert await claim_due() == 1
        assert await count_runs("jobs") == 2

    run(work())


def test_a_run_that_is_not_to_be_made_up_for_stands_as_missed() -> None:
    async def work() -> None:
        await add_missing_schedules()
        await change_schedule("files", by="root", catch_up=False)
        await set_back("files", timedelta(hours=1))
        assert await claim_due() == 1
        (missed,) = await history("files", limit=9)
        assert missed.outcome == Outcome.MISSED
        assert "down" in missed.message
        assert await runs_to_send() == []
        await set_back("files", timedelta(minutes=1))  # late, but not missed
        await claim_due()
        assert [each.schedule for each in await runs_to_send()] == ["files"]

    run(work())


def test_a_paused_schedule_is_not_due_and_makes_up_for_nothing() -> None:
    async def work() -> None:
        await add_missing_schedules()
        await change_schedule("jobs", by="root", paused=True)
        await set_back("jobs", timedelta(hours=1))
        assert await claim_due() == 0
        resumed = await change_schedule("jobs", by="root", paused=False)
        assert resumed.next_run_at > datetime.now(UTC)
        assert await claim_due() == 0
        assert (resumed.changed_by, resumed.paused) == ("root", False)
        changed = await change_schedule("jobs", by="ada", cron=" 5  4 * *  mon ")
        assert (changed.cron, changed.next_run_at.hour) == ("5 4 * * MON", 4)
        with pytest.raises(ScheduleNotFoundError, match="there are jobs, expired"):
            await change_schedule("none", by="root", paused=True)
        await add_missing_schedules()
        assert (await get_schedule("jobs")).cron == "5 4 * * MON"
        assert {each.name for each in await all_schedules()} == set(SCHEDULES)

    run(work())


def test_run_now_runs_beside_the_clock_and_never_twice_at_once() -> None:
    async def work() -> None:
        await add_missing_schedules()
        before = (await get_schedule("database")).next_run_at
        wanted = [run_now("database", by="root") for _ in range(4)]
        asked = await asyncio.gather(*wanted, return_exceptions=True)
        assert sum(isinstance(each, ScheduleConflictError) for each in asked) == 3
        (one,) = await runs_to_send()
        assert one.asked_by == "root"
        assert (await get_schedule("database")).next_run_at == before

    run(work())


def test_a_run_is_one_workers_until_its_lease_runs_out() -> None:
    async def work() -> None:
        await add_missing_schedules()
        asked = await run_now("jobs", by="root")
        await note_sent(asked)
        assert await runs_to_send() == []
        held = [each for each in [await claim_run(asked.id) for _ in range(3)] if each]
        assert [each.attempt for each in held] == [1]
        for attempt in range(2, MOST_ATTEMPTS + 1):
            await lose(asked)
            (left,) = await runs_to_send()
            again = await claim_run(left.id)
            assert again
            assert again.attempt == attempt
            assert not await end_run(held[-1], Outcome.SUCCEEDED, "Late.")
            held.append(again)
        await lose(asked)
        await give_up_lost()
        (ended,) = await history("jobs", limit=9)
        assert (ended.outcome, ended.counts) == (Outcome.FAILED, "{}")
        assert "lost 3 times" in ended.message
        assert await runs_to_send() == []

    run(work())


async def lose(asked: ScheduleRun) -> None:
    """Let the worker of a run have been dead for long."""
    ago = datetime.now(UTC) - timedelta(minutes=5)
    lost: Values = {ScheduleRun.lease_until: ago, ScheduleRun.sent_at: ago}
    await ScheduleRun.update(lost).where(ScheduleRun.id == asked.id)


def test_what_a_run_did_and_why_it_failed_stands_in_the_history() -> None:
    async def work() -> None:
        await add_missing_schedules()

        async def well() -> Done:
            return Done("Deleted 2 jobs.", {"jobs": 2})

        async def badly() -> Done:
            raise OSError("No room.")

        tasks = ScheduleRuns({Scheduled.CLEAN_UP: well, Scheduled.DELETE_ORPHANS: badly})
        for name in ("jobs", "files"):
            asked = await run_now(name, by="root")
            await asyncio.gather(tasks.run(asked.id), tasks.run(asked.id))
        (done,), (failed,) = await history("jobs", limit=9), await history("files", limit=9)
        assert (done.outcome, done.message, done.counts) == (
            *(Outcome.SUCCEEDED, "Deleted 2 jobs."),
            '{"jobs":2}',
        )
        assert (failed.outcome, failed.message) == (Outcome.FAILED, "OSError: No room.")
        assert done.started_at <= done.ended_at
        assert (await get_schedule("jobs")).last_run_at == done.started_at

    run(work())


# Below: real processes.


@pytest.fixture
def broker() -> Iterator[Broker]:
    with running_broker() as running:
        yield running


@pytest.fixture
def environment(tmp_path: Path, broker: Broker) -> dict[str, str]:
    """What processes need in order to share this test's database and broker."""
    engine: Any = piccolo_conf.DB
    is_sqlite = isinstance(engine, KeptSQLiteEngine)
    url = f"sqlite:///{engine.path}" if is_sqlite else engine.config["dsn"]
    given = {"REDIS_URL": broker.url, "DATABASE_URL": url, "SIALOSCOPE_DATA": str(tmp_path)}
    return {**os.environ, **given}


@contextmanager
def process(part: str, environment: dict[str, str]) -> "Iterator[subprocess.Popen[bytes]]":
    """A real scheduler or worker."""
    command = [sys.executable, "-m", "app.cli", part]
    running = subprocess.Popen(command, env=environment)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


async def _schedule_all_rarely() -> None:
    """At no time at which this test may run but by chance: on the last day of February."""
    await add_missing_schedules()
    for name in SCHEDULES:
        await change_schedule(name, by="root", cron="0 0 29 2 *")


def runs_of(name: str) -> list[ScheduleRun]:
    return asyncio.run(history(name, limit=99))


def have_ended(number: int) -> bool:
    every = [each for name in SCHEDULES for each in runs_of(name)]
    return len(every) == number and all(each.ended_at for each in every)


def test_real_schedulers_run_each_due_time_once_also_when_they_are_killed(
    environment: dict[str, str], broker: Broker
) -> None:
    asyncio.run(_schedule_all_rarely())
    assert broker.process
    with ExitStack() as worker, ExitStack() as schedulers:
        worker.enter_context(process("worker", environment))
        both = [schedulers.enter_context(process("scheduler", environment)) for _ in range(2)]
        for turn in (1, 2):
            due = {name: asyncio.run(set_back(name, timedelta(hours=turn))) for name in SCHEDULES}
            wait_until(partial(have_ended, turn * len(SCHEDULES)))
            for name, then in due.items():
                assert then in [each.due_at for each in runs_of(name)]
        broker.process.send_signal(signal.SIGSTOP)  # so that they claim and can wake nobody
        asyncio.run(set_back("jobs", timedelta(hours=3)))
        wait_until(lambda: len(runs_of("jobs")) == 3)
        for each in both:
            each.kill()
            each.wait()
        (left,) = asyncio.run(runs_to_send())
        assert left.outcome == Outcome.WAITING
        broker.kill()  # with what the killed may have sent it
        broker.start()
        schedulers.enter_context(process("scheduler", environment))
        wait_until(partial(have_ended, 2 * len(SCHEDULES) + 1))
    every = [each for name in SCHEDULES for each in runs_of(name)]
    assert {(each.outcome, each.attempt) for each in every} == {(Outcome.SUCCEEDED, 1)}
