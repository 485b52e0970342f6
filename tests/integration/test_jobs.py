"""What the job store promises, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.contract.tasks import JobState
from app.db.jobs import JobConflictError, JobNotFoundError, JobStore, NewJob, new_job_id
from app.db.tables import Job

pytestmark = pytest.mark.usefixtures("database")


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def a_job(jobs: JobStore, owner: str = "ada") -> Job:
    return await jobs.add(
        NewJob(
            id=new_job_id(),
            owner=owner,
            file_name="peaks.csv",
            upload_key="uploads/x.csv",
            upload_bytes=10,
            upload_sha256="00",
            settings={"r2_threshold": 0.75},
        )
    )


def test_of_many_claims_at_once_one_succeeds() -> None:
    async def work() -> None:
        jobs = JobStore()
        job = await a_job(jobs)
        claims = await asyncio.gather(*(jobs.claim(job.id) for _ in range(20)))
        assert [claim.attempt for claim in claims if claim] == [1]

    run(work())


def test_a_job_whose_lease_ran_out_goes_to_another_and_the_late_worker_is_fenced_off() -> None:
    async def work() -> None:
        jobs = JobStore()
        late = await jobs.claim((await a_job(jobs)).id)
        assert late
        past = datetime.now(UTC) - timedelta(seconds=1)
        await Job.update({Job.lease_until: past}).where(Job.id == late.id)
        assert await jobs.neglected() == [late.id]
        second = await jobs.claim(late.id)
        assert second
        assert second.attempt == 2
        assert not await jobs.succeed(late, result_key="late", summary={})
        assert not await jobs.renew_lease(late)
        assert await jobs.succeed(second, result_key="second", summary={"rows": 1})
        assert (await jobs.get(late.id)).result_key == "second"

    run(work())


def test_a_job_that_runs_or_is_done_cannot_be_started_again() -> None:
    async def work() -> None:
        jobs = JobStore()
        job = await a_job(jobs)
        assert (await jobs.queue_again(job.id, owner="ada")).state == JobState.QUEUED
        held = await jobs.claim(job.id)
        assert held
        with pytest.raises(JobConflictError, match="running already"):
            await jobs.queue_again(job.id, owner="ada")
        await jobs.fail(held, message="Because.", error="E")
        again = await jobs.queue_again(job.id, owner="ada")
        assert again.to_dict()["error"] is None
        assert again.state == JobState.QUEUED
        held = await jobs.claim(job.id)
        assert held
        await jobs.succeed(held, result_key="r", summary={})
        with pytest.raises(JobConflictError, match="done"):
            await jobs.queue_again(job.id, owner="ada")

    run(work())


def test_owners_see_only_their_own_jobs() -> None:
    async def work() -> None:
        jobs = JobStore()
        job = await a_job(jobs, owner="ada")
        assert await jobs.recent(owner="bob", limit=10) == []
        assert await jobs.count(owner="bob") == 0
        for attempt in (jobs.get, jobs.queue_again, jobs.delete):
            with pytest.raises(JobNotFoundError):
                await attempt(job.id, owner="bob")
        assert (await jobs.get(job.id, owner="ada")).file_name == "peaks.csv"

    run(work())


def test_only_jobs_that_ended_long_ago_are_old() -> None:
    async def work() -> None:
        jobs = JobStore()
        waiting, ended = await a_job(jobs), await a_job(jobs)
        held = await jobs.claim(ended.id)
        assert held
        await jobs.succeed(held, result_key="r", summary={})
        now = datetime.now(UTC)
        assert await jobs.finished_before(now - timedelta(hours=1)) == []
        assert await jobs.finished_before(now + timedelta(hours=1)) == [ended.id]
        assert waiting.id != ended.id

    run(work())


def test_a_job_that_waits_for_long_is_neglected() -> None:
    async def work() -> None:
        jobs = JobStore()
        job = await a_job(jobs)
        assert await jobs.neglected() == []
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        await Job.update({Job.queued_at: long_ago}).where(Job.id == job.id)
        assert await jobs.neglected() == [job.id]

    run(work())
