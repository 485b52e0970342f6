"""What the job store promises, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.contract.tasks import JobState
from app.db.jobs.changes.held_jobs import Standing
from app.db.jobs.errors import JobConflictError, JobNotFoundError
from app.db.jobs.history.audit import trail_of
from app.db.jobs.lists.search import JobFilter, count_jobs, find_jobs
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.jobs.turns.queue_pause import current_pause, pause_queue, resume_queue
from app.db.jobs.turns.run_next import run_next_among_own, run_next_of_all
from app.db.security.trail import TrailFilter, entries
from tests.stored_jobs import a_job, next_held

pytestmark = pytest.mark.usefixtures("database")


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_of_many_claims_at_once_one_succeeds() -> None:
    async def work() -> None:
        jobs = JobStore()
        await a_job(jobs)
        claims = await asyncio.gather(*(jobs.claim() for _ in range(20)))
        assert [claim.attempt for claim in claims if claim] == [1]

    run(work())


def test_no_job_is_claimed_while_the_queue_is_paused_and_a_running_one_ends() -> None:
    async def work() -> None:
        jobs = JobStore()
        await a_job(jobs)
        running = await next_held(jobs)
        await pause_queue(by="ada")
        await a_job(jobs)
        assert (await jobs.due(), await jobs.claim()) == (0, None)
        assert await jobs.succeed(running, result_key="r", summary={"rows": 1}, message="Done.")
        first = await current_pause()
        await pause_queue(by="bob")
        assert await current_pause() == first
        assert first
        assert first.by == "ada"
        await resume_queue()
        assert (await jobs.due(), await current_pause()) == (1, None)
        assert await jobs.claim()
        kinds = [each.kind for each in await entries(TrailFilter(), limit=9)]
        assert kinds[:2] == ["queue_resumed", "queue_paused"]

    run(work())


def test_a_job_whose_lease_ran_out_goes_to_another_and_the_late_worker_is_fenced_off() -> None:
    async def work() -> None:
        jobs = JobStore()
        await a_job(jobs)
        late = await next_held(jobs)
        assert await jobs.due() == 0
        past = datetime.now(UTC) - timedelta(seconds=1)
        assert await jobs.release_lost() == 0
        await Job.update({Job.lease_until: past}).where(Job.id == late.id)
        assert await jobs.release_lost() == 1
        assert await jobs.release_lost() == 0
        assert await jobs.due() == 1
        assert not await jobs.hand_back(late)
        second = await next_held(jobs)
        assert (second.id, second.attempt, second.lost_leases) == (late.id, 2, 1)
        assert not await jobs.succeed(late, result_key="late", summary={}, message="Done.")
        assert await jobs.standing(late, renew=True) is Standing.LOST
        assert await jobs.standing(second, renew=True) is Standing.WANTED
        assert await jobs.succeed(second, result_key="second", summary={"rows": 1}, message="Done.")
        assert (await jobs.get(late.id)).result_key == "second"

    run(work())


def test_a_worker_can_learn_whether_its_last_write_came_to_pass() -> None:
    async def work() -> None:
        jobs = JobStore()
        await a_job(jobs)
        held = await next_held(jobs)
        assert not await jobs.has_ended_attempt(held)
        await jobs.retry_later(held, delay_s=0, message="Again.")
        assert await jobs.has_ended_attempt(held)
        again = await next_held(jobs)
        assert not await jobs.has_ended_attempt(held)
        await jobs.succeed(again, result_key="r", summary={}, message="Done.")
        assert await jobs.has_ended_attempt(again)
        assert not await jobs.has_ended_attempt(held)

    run(work())


def test_a_job_that_runs_or_is_done_cannot_be_started_again() -> None:
    async def work() -> None:
        jobs = JobStore()
        job = await a_job(jobs)
        assert (await jobs.queue_again(job.id, owner="ada")).state == JobState.QUEUED
        held = await next_held(jobs)
        with pytest.raises(JobConflictError, match="running already"):
            await jobs.queue_again(job.id, owner="ada")
        await jobs.fail(held, message="Because.", error="E")
        again = await jobs.queue_again(job.id, owner="ada")
        assert again.to_dict()["error"] is None
        assert again.state == JobState.QUEUED
        held = await next_held(jobs)
        await jobs.succeed(held, result_key="r", summary={}, message="Done.")
        with pytest.raises(JobConflictError, match="done"):
            await jobs.queue_again(job.id, owner="ada")

    run(work())


def test_to_start_a_job_that_waits_leaves_it_in_its_place() -> None:
    async def work() -> None:
        jobs = JobStore()
        first, *others = [await a_job(jobs) for _ in range(3)]
        again = await jobs.queue_again(first.id, owner="ada", by="bob")
        assert again.to_dict() == first.to_dict()
        assert await jobs.position(again) == 1
        assert [await jobs.position(each) for each in others] == [2, 3]

    run(work())


def test_a_result_that_comes_after_the_wish_to_cancel_comes_too_late() -> None:
    async def work() -> None:
        jobs = JobStore()
        job = await a_job(jobs)
        held = await next_held(jobs)
        await jobs.cancel(job.id, owner="ada")
        assert not await jobs.succeed(held, result_key="r", summary={}, message="Done.")
        assert await jobs.end_cancelled(held)
        assert (await jobs.get(job.id)).state == JobState.CANCELLED

    run(work())


def test_owners_see_only_their_own_jobs() -> None:
    async def work() -> None:
        jobs = JobStore()
        job = await a_job(jobs, owner="ada")
        assert await find_jobs(JobFilter(), owner="bob", limit=10) == []
        assert await count_jobs(JobFilter(), owner="bob") == 0
        for attempt in (jobs.get, jobs.queue_again, jobs.delete):
            with pytest.raises(JobNotFoundError):
                await attempt(job.id, owner="bob")
        assert (await jobs.get(job.id, owner="ada")).file_name == "peaks.csv"

    run(work())


def test_many_files_of_one_owner_do_not_keep_another_waiting() -> None:
    async def work() -> None:
        jobs = JobStore()
        of_ada = [await a_job(jobs, "ada") for _ in range(5)]
        for expected in of_ada[:2]:
            assert (await next_held(jobs)).id == expected.id
        of_bob = [await a_job(jobs, "bob") for _ in range(2)]
        assert await jobs.position(of_bob[0]) == 2
        order = [claimed.owner for _ in range(5) if (claimed := await jobs.claim())]
        assert order == ["ada", "bob", "ada", "bob", "ada"]
        assert await jobs.claim() is None

    run(work())


def test_a_passing_fault_is_tried_again_later_and_starts_do_not_count_as_lost_workers() -> None:
    async def work() -> None:
        jobs = JobStore()
        job = await a_job(jobs)
        held = await next_held(jobs)
        assert await jobs.retry_later(held, delay_s=60, message="Disk full.")
        assert await jobs.claim() is None
        past = datetime.now(UTC) - timedelta(seconds=1)
        await Job.update({Job.not_before: past}).where(Job.id == job.id)
        for _ in range(7):
            held = await next_held(jobs)
            assert held.lost_leases == 0
            await jobs.fail(held, message="Because.", error="E")
            assert (await jobs.queue_again(job.id, owner="ada")).faults == 0

    run(work())


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_by_its_worker() -> None:
    async def work() -> None:
        jobs = JobStore()
        await a_job(jobs)
        held = await next_held(jobs)
        waiting = await a_job(jobs)
        assert (await jobs.cancel(waiting.id, owner="ada")).state == JobState.CANCELLED
        assert (await jobs.cancel(held.id, owner="ada")).state == JobState.RUNNING
        assert await jobs.standing(held, renew=False) is Standing.TO_CANCEL
        assert await jobs.end_cancelled(held)
        with pytest.raises(JobConflictError, match="ended already"):
            await jobs.cancel(held.id, owner="ada")
        with pytest.raises(JobNotFoundError):
            await jobs.cancel(held.id, owner="bob")

    run(work())


def test_a_job_that_is_handed_back_goes_to_the_next_worker() -> None:
    async def work() -> None:
        jobs = JobStore()
        await a_job(jobs)
        first = await next_held(jobs)
        assert await jobs.hand_back(first)
        second = await next_held(jobs)
        assert (second.attempt, second.lost_leases) == (2, 0)
        assert not await jobs.hand_back(first)

    run(work())


def test_an_owner_moves_a_job_ahead_of_their_own_and_an_operator_ahead_of_all() -> None:
    async def work() -> None:
        jobs = JobStore()
        mine = [await a_job(jobs, owner="ada") for _ in range(3)]
        other = [await a_job(jobs, owner="bob") for _ in range(3)]
        await run_next_among_own(await jobs.get(mine[2].id), by="ada")
        await run_next_of_all(await jobs.get(other[2].id), by="root")
        fresh = await a_job(jobs, owner="carl")
        turns = [(await jobs.get(job.id)).turn for job in (*mine, *other, fresh)]
        assert turns == [1, 2, 0, 0, 1, -1, 0]
        assert (await next_held(jobs)).id == other[2].id
        for run_next in (run_next_among_own, run_next_of_all):
            with pytest.raises(JobConflictError, match="does not wait any more"):
                await run_next(other[2], by="ada")
        trail = await trail_of(other[2].id, owner=None)
        assert [(each.who, each.what) for each in trail][1] == ("root", "moved to run next")

    run(work())
