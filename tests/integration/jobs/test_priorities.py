"""Priorities order an owner's own jobs; limits hold back an owner's jobs and no others."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from app.db.accounts.tables import Account
from app.db.jobs.history.audit import trail_of
from app.db.jobs.quotas.account_quotas import OwnQuotas, set_quotas
from app.db.jobs.quotas.limits import why_limited
from app.db.jobs.quotas.usage import usage_of
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.jobs.turns.priority import Priority, set_priority
from app.db.jobs.turns.run_next import run_next_among_own
from tests.stored_jobs import a_job, new_job, next_held

pytestmark = pytest.mark.usefixtures("database")


async def _order(jobs: JobStore) -> list[str]:
    return [claimed.id for _ in range(9) if (claimed := await jobs.claim())]


def test_a_priority_orders_the_jobs_of_an_owner_and_takes_no_turn_of_others() -> None:
    async def work() -> None:
        jobs = JobStore()
        a, b, c = [await a_job(jobs, "ada") for _ in range(3)]
        x, y = [await a_job(jobs, "bob") for _ in range(2)]
        await set_priority([c], Priority.HIGH, by="ada")
        await set_priority([], Priority.HIGH, by="ada")
        await set_priority([a], Priority.LOW, by="ada")
        assert await jobs.position(await jobs.get(a.id)) == 5
        d = await a_job(jobs, "ada")  # a new one goes before a low one
        order = await _order(jobs)
        assert order == [c.id, x.id, b.id, y.id, d.id, a.id]
        trail = await trail_of(c.id, owner="ada")
        assert [(each.who, each.what, each.detail.get("priority")) for each in trail][1] == (
            *("ada", "priority changed", "high"),
        )

    asyncio.run(work())


def test_a_priority_stays_with_a_job_that_is_started_again_or_moved_to_run_next() -> None:
    async def work() -> None:
        jobs = JobStore()
        a, b, c = [await a_job(jobs, "ada") for _ in range(3)]
        await jobs.cancel(c.id, owner="ada")
        await set_priority([await jobs.get(c.id)], Priority.HIGH, by="ada")
        await jobs.queue_again(c.id, owner="ada")
        await run_next_among_own(await jobs.get(b.id), by="ada")
        d = await a_job(jobs, "ada")
        assert await _order(jobs) == [b.id, c.id, a.id, d.id]

    asyncio.run(work())


def test_a_priority_chosen_at_submission_orders_the_job_and_stands_in_its_trail() -> None:
    async def work() -> None:
        jobs = JobStore()
        low = await jobs.add(replace(new_job(), priority=Priority.LOW, acted_by="bob"))
        usual = await a_job(jobs)
        high = await jobs.add(replace(new_job(), priority=Priority.HIGH))
        assert await _order(jobs) == [high.id, usual.id, low.id]
        trails = [await trail_of(job.id, owner="ada") for job in (low, usual, high)]
        noted = [
            [(each.who, each.detail["priority"]) for each in trail if "priority" in each.what]
            for trail in trails
        ]
        assert noted == [[("bob", "low")], [], [("ada", "high")]]

    asyncio.run(work())


def test_jobs_beyond_a_limit_of_running_jobs_wait_while_others_go_on() -> None:
    async def work() -> None:
        jobs = JobStore()
        ada = await _account(OwnQuotas(running_jobs=2))
        mine = [await a_job(jobs, ada) for _ in range(4)]
        other = await a_job(jobs, "bob")
        # On PostgreSQL, five workers at the same moment.
        claimed = [job for job in await asyncio.gather(*(jobs.claim() for _ in range(5))) if job]
        assert sorted(job.id for job in claimed) == sorted([mine[0].id, mine[1].id, other.id])
        assert await jobs.due() == 0
        assert "2 run, and an administrator lets 2 run at once" in await why_limited(ada)
        assert not await why_limited("bob")
        first = next(job for job in claimed if job.owner == ada)
        await jobs.fail(first, message="Because.", error="E")
        assert await jobs.due() == 2
        assert (await next_held(jobs)).id == mine[2].id
        await set_quotas(ada, OwnQuotas())
        assert (await next_held(jobs)).id == mine[3].id

    asyncio.run(work())


def test_jobs_beyond_a_limit_of_an_hour_wait_and_a_deleted_one_still_counts() -> None:
    async def work() -> None:
        jobs = JobStore()
        ada = await _account(OwnQuotas(started_per_hour=2))
        mine = [await a_job(jobs, ada) for _ in range(3)]
        again = await next_held(jobs)
        await jobs.hand_back(again)
        assert (await next_held(jobs)).attempt == 2  # counts once
        await jobs.delete((await next_held(jobs)).id, owner=ada)
        assert await jobs.claim() is None
        assert "2 jobs of this account were started within an hour" in await why_limited(ada)
        assert (await usage_of(ada)).started_jobs == 2
        await set_quotas(ada, OwnQuotas(started_per_hour=3))
        assert (await next_held(jobs)).id == mine[2].id

    asyncio.run(work())


async def _account(quotas: OwnQuotas) -> str:
    """The id of a new account, since the audit trail of a database only grows."""
    name = uuid4().hex
    await Job.raw(
        "INSERT INTO account (id, name, name_key, password_hash, role, created_at) "
        "VALUES ({}, {}, {}, '', 'user', CURRENT_TIMESTAMP)",
        *(name, name, name),
    )
    await set_quotas(name, quotas)
    assert await Account.exists().where(Account.id == name)
    return name
