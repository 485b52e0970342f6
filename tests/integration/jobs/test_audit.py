"""The audit trail, on SQLite and on PostgreSQL: complete, and out of anyone's reach."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.contract.tasks import JobState
from app.db.jobs.errors import JobConflictError, JobNotFoundError
from app.db.jobs.history.audit import Entry, trail_of
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Audit, Job
from tests.stored_jobs import OVERRIDE, a_job, a_version, next_held

pytestmark = pytest.mark.usefixtures("database")


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def received(job: Job) -> list[Entry]:
    return await trail_of(job.id, owner=job.owner)


async def words(job: Job) -> list[tuple[str, str]]:
    return [(entry.who, entry.what) for entry in await received(job)]


def test_the_trail_lists_the_actions_on_a_job_in_order_and_outlives_it() -> None:
    async def work() -> None:
        jobs, began = JobStore(), datetime.now(UTC) - timedelta(seconds=1)
        job = await a_job(jobs)
        held = await next_held(jobs)
        await jobs.fail(held, message="No.", error="PeakTableError")
        await jobs.queue_again(job.id, owner="ada")
        await jobs.cancel(job.id, owner="ada")
        await jobs.queue_again(job.id, owner="ada")
        held = await next_held(jobs)
        await jobs.cancel(job.id, owner="ada")
        await jobs.end_cancelled(held)
        await jobs.delete(job.id, owner="ada")
        assert await words(job) == [
            ("ada", "submitted"),
            ("service", "started"),
            ("service", "failed"),
            ("ada", "queued again"),
            ("ada", "cancelled"),
            ("ada", "queued again"),
            ("service", "started"),
            ("ada", "cancel requested"),
            ("service", "cancelled"),
            ("ada", "deleted"),
        ]
        entries = await received(job)
        moments = [entry.at for entry in entries]
        assert moments == sorted(moments)
        assert began < moments[0] <= moments[-1] < datetime.now(UTC) + timedelta(seconds=1)
        assert entries[0].detail == {"file_name": "peaks.csv", "sha256": "00", "version": 1}
        assert entries[2].detail == {"attempt": 1, "message": "No.", "error": "PeakTableError"}
        assert await trail_of(job.id, owner="eve") == []

    run(work())


def test_an_override_is_in_the_trails_of_both_jobs_with_its_reasons() -> None:
    async def work() -> None:
        jobs = JobStore()
        first = await a_job(jobs)
        second = await jobs.add(a_version(first, of=first))
        third = await jobs.add(a_version(first, of=second))
        own = (await received(second))[0]
        assert (own.who, own.what, own.detail["of"]) == ("ada", "override", first.id)
        assert own.detail["overrides"] == [OVERRIDE]
        followed = (await received(first))[-1]
        assert (followed.what, followed.detail["as"]) == ("override", second.id)
        assert followed.detail["overrides"] == [OVERRIDE]
        assert [each.version for each in await jobs.versions(third)] == [1, 2, 3]
        assert [each.id for each in await jobs.versions(first)] == [first.id, second.id, third.id]

    run(work())


def test_versions_that_come_at_once_have_numbers_of_their_own() -> None:
    async def work() -> None:
        jobs = JobStore()
        first = await a_job(jobs)
        added = await asyncio.gather(
            *(jobs.add(a_version(first, of=first)) for _ in range(8)), return_exceptions=True
        )
        assert {type(each) for each in added} <= {Job, JobConflictError}
        numbers = [each.version for each in await jobs.versions(first)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) == 1 + sum(isinstance(each, Job) for each in added)

    run(work())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'eve'",
        "DELETE FROM audit",
        "UPDATE audit SET at = at WHERE id = (SELECT MAX(id) FROM audit)",
    ],
)
def test_an_entry_can_be_neither_changed_nor_deleted(statement: str) -> None:
    async def work() -> None:
        job = await a_job(JobStore())
        before = await received(job)
        with pytest.raises(Exception, match="audit trail only grows"):
            await Audit.raw(statement)
        assert await received(job) == before != []

    run(work())


def test_an_entry_cannot_be_replaced_or_truncated_away() -> None:
    async def work() -> None:
        job = await a_job(JobStore())
        before = await received(job)
        statement = "TRUNCATE audit"
        if type(Job._meta.db).__name__ == "KeptSQLiteEngine":
            statement = "INSERT OR REPLACE INTO audit SELECT * FROM audit"
        with pytest.raises(Exception, match="audit trail only grows"):
            await Audit.raw(statement)
        assert await received(job) == before != []

    run(work())


def test_what_changes_nothing_leaves_no_entry() -> None:
    async def work() -> None:
        jobs = JobStore()
        job = await a_job(jobs)
        await jobs.queue_again(job.id, owner="ada")
        with pytest.raises(JobNotFoundError):
            await jobs.delete(job.id, owner="eve")
        assert (await jobs.get(job.id)).state == JobState.QUEUED
        assert await words(job) == [("ada", "submitted")]

    run(work())
