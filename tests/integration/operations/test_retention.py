"""Which jobs the cleanup deletes: those that the preview shows, and none that is pinned."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Email
from app.db.data_retention.keeping_time import KeepingTime, RetentionError
from app.db.data_retention.store import Amount, Retention, choice_of, is_kept, pin
from app.db.jobs.conditions import Values
from app.db.jobs.history.audit import trail_of
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.notifications.digests import DigestError, choose_digest
from app.db.notifications.email_choices import end_emails
from app.db.schedules.tables import OwnerChoice
from app.progress.publisher import Publisher
from app.settings import Settings
from app.storage import Folder
from tests.stored_jobs import a_job, a_version
from workers.notifications.digest import Digest
from workers.upkeep.cleanup import Cleanup

pytestmark = pytest.mark.usefixtures("database")


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def ended(days_ago: float, *, owner: str = "ada", of: Job | None = None) -> Job:
    """A job, or with ``of`` a version of one, that ended so long ago."""
    jobs = JobStore()
    job = await (jobs.add(a_version(of, of=of)) if of else a_job(jobs, owner))
    then = datetime.now(UTC) - timedelta(days=days_ago)
    values: Values = {Job.state: "succeeded", Job.finished_at: then}
    await Job.update(values).where(Job.id == job.id)
    return await jobs.get(job.id)


async def due(retention: Retention, *, owner: str | None = None) -> set[str]:
    return {job.id for job in await retention.due_jobs(datetime.now(UTC), owner=owner)}


def test_what_the_preview_shows_is_what_the_run_deletes(tmp_path: Path, broker_url: str) -> None:
    async def work() -> None:
        retention = Retention(default_days=30)
        await retention.choose(7, owner="ada")
        gone = {(await ended(8)).id, (await ended(40, owner="bob")).id}
        kept = [await ended(6), await ended(20, owner="bob"), await a_job(JobStore())]
        pinned = await ended(400, owner="bob")
        await pin(pinned, pinned=True)
        now = datetime.now(UTC)
        assert await due(retention) == gone
        assert await retention.due_by_owner(now) == {"ada": Amount(1, 10), "bob": Amount(1, 10)}
        assert set(await retention.due_by_owner(now, owner="bob")) == {"bob"}
        assert len(await due(retention, owner="ada")) == 1
        in_a_fortnight = await retention.due_jobs(now + timedelta(days=14), owner="bob")
        assert kept[1].id in [job.id for job in in_a_fortnight]
        async with Redis.from_url(broker_url) as redis:
            cleanup = Cleanup(retention, Folder(tmp_path), Publisher(redis))
            assert (await cleanup.delete_jobs()).counts == {"jobs": 2, "upload_bytes": 20}
            assert (await cleanup.delete_jobs()).counts == {"jobs": 0, "upload_bytes": 0}
        left = {row["id"] for row in await Job.select(Job.id)}
        assert left == {pinned.id, *(job.id for job in kept)}
        for job_id in gone:
            last = (await trail_of(job_id, owner=None))[-1]
            assert (last.who, last.what) == ("cleanup", "deleted")

    run(work())


def test_one_pinned_version_keeps_them_all_until_it_is_let_go() -> None:
    async def work() -> None:
        retention = Retention(default_days=30)
        first, other = await ended(90), await ended(90)
        versions = [await ended(80, of=first) for _ in range(2)]
        await pin(versions[0], pinned=True)
        assert await due(retention) == {other.id}
        assert [await is_kept(job) for job in (first, *versions, other)] == [True] * 3 + [False]
        await pin(versions[0], pinned=False)
        assert await due(retention) == {first.id, other.id, *(job.id for job in versions)}
        received = [entry.what for entry in await trail_of(versions[0].id, owner="ada")]
        assert received[-2:] == ["kept", "kept no longer"]

    run(work())


def test_a_job_that_is_pinned_after_it_was_listed_stays() -> None:
    async def work() -> None:
        retention, now = Retention(default_days=30), datetime.now(UTC)
        first = await ended(90)
        version = await ended(80, of=first)
        listed = await retention.due_jobs(now)
        await pin(version, pinned=True)
        assert [await retention.delete_if_due(job, now) for job in listed] == [False, False]
        await pin(version, pinned=False)
        assert await retention.delete_if_due(first, now)
        assert not await retention.delete_if_due(first, now)

    run(work())


def test_a_user_keeps_jobs_for_less_or_for_as_long_as_is_allowed() -> None:
    async def work() -> None:
        retention = Retention(default_days=30)
        for days in (0, 31):
            with pytest.raises(RetentionError, match="for 1 to 30 days"):
                await retention.choose(days, owner="ada")
        await retention.set_keeping(KeepingTime(20, 365))
        await retention.choose(365, owner="ada")
        ada, bob = await ended(300), await ended(25, owner="bob")
        assert await due(retention) == {bob.id}
        await retention.set_keeping(KeepingTime(20, 100))  # less is allowed by now
        assert await due(retention) == {ada.id, bob.id}
        await retention.choose(None, owner="ada")
        assert (await choice_of("ada")).keep_days is None
        assert await due(retention) == {ada.id, bob.id}
        for wrong in (KeepingTime(0, 5), KeepingTime(9, 8), KeepingTime(1, 10**6)):
            with pytest.raises(RetentionError, match="Days must be from 1"):
                await retention.set_keeping(wrong)

    run(work())


def test_jobs_that_a_shorter_time_would_delete_are_counted() -> None:
    async def work() -> None:
        retention, now = Retention(default_days=30), datetime.now(UTC)
        await retention.set_keeping(KeepingTime(30, 100))
        await retention.choose(90, owner="ada")
        for days_ago in (5, 20, 80, 95):
            await ended(days_ago)
        await ended(20, owner="bob")
        await pin(await ended(85), pinned=True)
        assert await retention.doomed_by_choice(10, now, owner="ada") == 2
        assert await retention.doomed_by_choice(None, now, owner="ada") == 1
        assert await retention.doomed_by_choice(100, now, owner="ada") == 0
        assert await retention.doomed_by_rule(KeepingTime(10, 100), now) == 1  # of bob
        assert await retention.doomed_by_rule(KeepingTime(10, 50), now) == 2
        assert await retention.doomed_by_rule(KeepingTime(50, 100), now) == 0

    run(work())


def test_a_digest_tells_each_end_once_to_those_who_want_it() -> None:
    async def work() -> None:
        given = {"SIALOSCOPE_SMTP_URL": "smtp://127.0.0.1:25", "SIALOSCOPE_PUBLIC_URL": "http://x"}
        digest = Digest(Settings.from_environment(given))
        people = [await AccountStore().add(f"{name}@lab.example", "x") for name in ("ada", "bob")]
        nameless = await AccountStore().add("carol", "x")  # no letter reaches her
        for person in (*people, nameless):
            await choose_digest("daily", owner=person.id)
        ago = datetime.now(UTC) - timedelta(days=1)
        await OwnerChoice.update({OwnerChoice.digest_until: ago}, force=True)
        for owner in (people[0].id, nameless.id):
            await ended(0.5, owner=owner)
            await ended(2, owner=owner)  # before
        assert (await digest.write("weekly")).counts == {"letters": 0}
        both = await asyncio.gather(digest.write("daily"), digest.write("daily"))
        assert sorted(done.counts["letters"] for done in both) == [0, 1]
        (letter,) = await Email.objects()
        assert letter.recipient == "ada@lab.example"
        assert letter.subject.startswith("1 job succeeded since ")
        assert "- peaks.csv: http://x/jobs/" in letter.text
        assert "http://x/account" in letter.html
        assert letter.owner == people[0].id
        assert letter.unsubscribe.startswith("http://x/unsubscribe/")
        assert letter.unsubscribe in letter.text
        await ended(-0.001, owner=people[0].id)  # ends a moment later
        assert (await digest.write("daily")).counts == {"letters": 0}
        await OwnerChoice.update({OwnerChoice.digest_until: ago}, force=True)
        await end_emails(letter.unsubscribe.rpartition("/")[2])
        assert (await digest.write("daily")).counts == {"letters": 0}
        with pytest.raises(DigestError, match="daily or weekly"):
            await choose_digest("hourly", owner="ada")
        without = await Digest(Settings.from_environment({})).write("daily")
        assert "sends no mail" in without.message

    run(work())
