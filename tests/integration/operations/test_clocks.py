"""Leases are judged by the clock of the database, whatever the clock of a worker says."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest

from app.db.engine import clock
from app.db.jobs.changes.held_jobs import Standing
from app.db.jobs.conditions import LEASE_S
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.notifications.email_outbox import add_email, claim_email
from app.db.notifications.tables import Webhook
from app.db.notifications.webhook_outbox import claim_delivery, queue_delivery
from app.db.schedules.runs import claim_run, renew_run, runs_to_send
from app.db.schedules.store import add_missing_schedules, run_now
from tests.stored_jobs import a_job, next_held

HOUR = timedelta(hours=1)
AHEAD, BEHIND = HOUR, -HOUR

pytestmark = pytest.mark.usefixtures("database")


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


@pytest.fixture(params=[AHEAD, BEHIND], ids=["ahead", "behind"])
def skew(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> timedelta:
    """This process has a clock that is an hour wrong; that of the database is right."""
    wrong: timedelta = request.param

    class SkewedClock:
        @staticmethod
        def now(zone: tzinfo) -> datetime:
            return datetime.now(zone) + wrong

    for module in (
        *("jobs.changes.sweeping", "jobs.changes.job_queries", "schedules.runs"),
        *("notifications.email_outbox", "notifications.webhook_outbox"),
    ):
        monkeypatch.setattr(f"app.db.{module}.datetime", SkewedClock)
    monkeypatch.setattr("time.time", lambda: datetime.now(UTC).timestamp() + wrong.total_seconds())
    return wrong


@pytest.mark.usefixtures("skew")
def test_a_worker_with_a_wrong_clock_neither_loses_its_lease_nor_keeps_it_for_ever() -> None:
    async def work() -> None:
        jobs, before = JobStore(), datetime.now(UTC)
        job = await a_job(jobs)
        held = await next_held(jobs)
        assert await jobs.release_lost() == 0
        assert await jobs.standing(held, renew=True) is Standing.WANTED
        assert await jobs.release_lost() == 0
        row = await jobs.get(job.id)
        assert before < row.lease_until < datetime.now(UTC) + timedelta(seconds=LEASE_S + 1)
        await Job.update({Job.lease_until: clock.from_now(-0.1)}).where(Job.id == job.id)
        assert await jobs.release_lost() == 1
        assert await jobs.standing(held, renew=True) is Standing.LOST

    run(work())


@pytest.mark.usefixtures("skew")
def test_a_fault_delays_its_job_by_the_clock_of_the_database() -> None:
    async def work() -> None:
        jobs = JobStore()
        await a_job(jobs)
        await jobs.retry_later(await next_held(jobs), delay_s=60, message="Later.")
        assert await jobs.due() == 0
        assert await jobs.claim() is None
        await Job.update({Job.not_before: clock.from_now()}, force=True)
        assert await jobs.due() == 1
        assert await jobs.claim()

    run(work())


@pytest.mark.usefixtures("skew")
def test_what_is_sent_and_run_by_the_clock_is_one_workers_under_a_wrong_clock() -> None:
    async def work() -> None:
        await add_missing_schedules()
        scheduled = await run_now("jobs", by="root")
        assert await claim_run(scheduled.id)
        assert await claim_run(scheduled.id) is None
        await renew_run(scheduled)
        assert await runs_to_send() == []
        await add_email("ada@lab.example", "Hello", "x", "y")
        assert await claim_email()
        assert await claim_email() is None
        webhook = Webhook(id="w", owner="ada", url="https://x.example", events="")
        await Webhook.insert(webhook)
        await queue_delivery("d", webhook, "job.succeeded", "{}")
        assert await claim_delivery()
        assert await claim_delivery() is None

    run(work())


def test_the_text_that_sqlite_writes_for_now_compares_with_those_that_piccolo_writes() -> None:
    async def work() -> None:
        jobs = JobStore()
        job = await a_job(jobs)
        for moment, is_due in ((-1, True), (1, False)):
            at = datetime.now(UTC) + timedelta(seconds=moment)
            await Job.update({Job.not_before: at}).where(Job.id == job.id)
            assert await jobs.due() == is_due
        assert await jobs.position(await jobs.get(job.id)) == 1

    run(work())
