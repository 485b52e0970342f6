"""What is kept of each attempt at a job, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.db.engine.size import database_size
from app.db.jobs.conditions import Values
from app.db.jobs.history.attempts import (
    LONGEST_TRACEBACK,
    attempts_of,
    count_ended,
    forget_attempts,
    last_lost,
    note_cause,
)
from app.db.jobs.history.throughput import Period, throughput
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Attempt, Job
from tests.stored_jobs import a_job

pytestmark = pytest.mark.usefixtures("database")


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def held_by(worker: str) -> Job:
    held = await JobStore().claim(worker=worker)
    assert held
    return held


async def lose(job: Job) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    await Job.update({Job.lease_until: past}).where(Job.id == job.id)
    assert await JobStore().release_lost() == 1


def test_each_attempt_keeps_who_made_it_and_what_became_of_it() -> None:
    async def work() -> None:
        jobs = JobStore()
        job = await a_job(jobs)
        await lose(await held_by("a:1"))
        await jobs.hand_back(await held_by("b:2"))
        held = await held_by("c:3")
        await note_cause(held, error="OSError: no room", traceback="Traceback: no room")
        await jobs.retry_later(held, delay_s=0, message="Trying again.")
        held = await held_by("d:4")
        await jobs.cancel(job.id, owner=job.owner)
        await jobs.end_cancelled(held)
        await jobs.queue_again(job.id, owner=job.owner)
        await jobs.succeed(await held_by("e:5"), result_key="r", summary={}, message="Done.")
        found = await attempts_of(job.id)
        assert [(each.attempt, each.worker, each.outcome) for each in found] == [
            (1, "a:1", "lost"),
            (2, "b:2", "handed back"),
            (3, "c:3", "retried"),
            (4, "d:4", "cancelled"),
            (5, "e:5", "succeeded"),
        ]
        tick = timedelta(milliseconds=1)  # of SQLite's clock
        assert all(each.queued_at <= each.started_at <= each.ended_at + tick for each in found)
        assert found[2].message == "Trying again."
        assert (found[2].error, found[2].traceback) == ("OSError: no room", "Traceback: no room")
        assert found[4].message == "Done."

    run(work())


def test_the_end_of_a_long_traceback_is_kept() -> None:
    async def work() -> None:
        await a_job(JobStore())
        held = await held_by("a:1")
        await note_cause(held, error="E" * 9999, traceback="x" * LONGEST_TRACEBACK + "the end")
        await JobStore().fail(held, message="Sorry.", error="E")
        (found,) = await attempts_of(held.id)
        assert found.traceback.endswith("xthe end")
        assert len(found.traceback) < LONGEST_TRACEBACK + 10
        assert found.error.startswith("EEE")
        assert len(found.error) < 9999

    run(work())


def test_what_a_worker_lost_is_known_until_it_is_forgotten() -> None:
    async def work() -> None:
        jobs = JobStore()
        job, other = await a_job(jobs), await a_job(jobs)
        await lose(await held_by("a:1"))
        await held_by("a:1")
        lost = await last_lost("a:1", limit=5)
        assert {each.job_id for each in lost} <= {job.id, other.id}
        assert sorted(each.outcome or "runs" for each in lost) == ["lost", "runs"]
        assert await last_lost("b:2", limit=5) == []

    run(work())


def test_attempts_outlive_their_job_as_numbers_and_go_in_time() -> None:
    async def work() -> None:
        jobs = JobStore()
        job = await a_job(jobs)
        held = await held_by("a:1")
        await note_cause(held, error="E", traceback="T")
        await jobs.fail(held, message="Sorry.", error="E")
        running = await a_job(jobs)
        await held_by("a:1")
        now = datetime.now(UTC)
        assert await count_ended("failed", since=now - timedelta(minutes=1)) == 1
        assert await count_ended("failed", since=now + timedelta(minutes=1)) == 0
        await forget_attempts(before=now + timedelta(minutes=1))
        assert len(await attempts_of(job.id)) == 1  # its job is still there
        for each in (job, running):
            await jobs.delete(each.id, owner=each.owner)
        (failed,), (deleted,) = await attempts_of(job.id), await attempts_of(running.id)
        assert (failed.outcome, deleted.outcome) == ("failed", "deleted")
        assert {failed.message, failed.error, failed.traceback} == {None}
        assert deleted.ended_at
        await forget_attempts(before=now + timedelta(minutes=1))
        assert not await Attempt.exists()

    run(work())


def test_the_throughput_is_counted_and_timed_by_slots() -> None:
    async def work() -> None:
        jobs = JobStore()
        now = datetime.now(UTC)
        for waited_s, ran_s in ((10, 5), (20, 15)):
            await a_job(jobs)
            held = await held_by("a:1")
            await jobs.succeed(held, result_key="r", summary={}, message="")
            began = now - timedelta(seconds=ran_s)
            times: Values = {
                Attempt.queued_at: began - timedelta(seconds=waited_s),
                Attempt.started_at: began,
                Attempt.ended_at: now,
            }
            await Attempt.update(times).where(Attempt.job_id == held.id)
        await a_job(jobs)
        await lose(await held_by("a:1"))
        long_ago: Values = {Attempt.ended_at: now - timedelta(days=8)}
        await Attempt.update(long_ago).where(Attempt.outcome == "lost")
        for period in Period:
            slots = await throughput(period, until=now)
            assert slots[-1].since <= now < slots[-1].since + (slots[1].since - slots[0].since)
            last = slots[-1]
            assert last.ended == {
                "succeeded": 2,
                "failed": 0,
                "cancelled": 0,
                "retried": 0,
                "lost": 0,
            }
            times_s = (last.mean_wait_s, last.longest_wait_s, last.mean_run_s, last.longest_run_s)
            assert times_s == pytest.approx((15, 20, 10, 15), abs=0.01)
            assert all(not any(slot.ended.values()) for slot in slots[:-1])
            assert slots[0].mean_run_s is None

    run(work())


def test_the_database_tells_its_size_and_its_largest_tables() -> None:
    async def work() -> None:
        await a_job(JobStore())
        found = await database_size()
        assert found.bytes > 10_000
        assert found.tables["job"] > 0
        assert list(found.tables.values()) == sorted(found.tables.values(), reverse=True)

    run(work())
