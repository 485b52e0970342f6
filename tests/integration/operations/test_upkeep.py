"""The scheduled tasks, on a real database, broker and folder."""

import asyncio
import os
import sqlite3
import time
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from taskiq.exceptions import ScheduledTaskCancelledError
from taskiq.scheduler.scheduled_task import ScheduledTask

from app.contract.events import Log
from app.db.accounts.links import LinkStore
from app.db.accounts.tables import AccountLink, ApiToken
from app.db.accounts.tokens import TokenStore
from app.db.data_retention.store import Retention
from app.db.jobs.changes.new_job import NewJob, new_job_id
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.history.audit import trail_of
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.progress.publisher import Publisher
from app.progress.streams import key_of
from app.queue.broker import create_broker
from app.storage import Folder
from tests.patience import until
from workers.schedules.interval_tasks import IntervalTasks
from workers.upkeep.cleanup import Cleanup, tidied

pytestmark = pytest.mark.usefixtures("database")


async def ended_job(storage: Folder, days_ago: int) -> str:
    job_id = new_job_id()
    storage.path(f"uploads/{job_id}.csv").parent.mkdir(parents=True, exist_ok=True)
    storage.path(f"uploads/{job_id}.csv").write_text("x")
    storage.path(f"results/{job_id}/1").mkdir(parents=True)
    new = NewJob(
        id=job_id,
        owner="ada",
        file_name="x",
        upload_key=f"uploads/{job_id}.csv",
        upload_bytes=1,
        upload_sha256="0",
        settings={},
    )
    await JobStore().add(new)
    held = await JobStore().claim()
    assert held
    await JobStore().fail(held, message="Because.", error="E")
    then = datetime.now(UTC) - timedelta(days=days_ago)
    await Job.update({Job.finished_at: then}).where(Job.id == job_id)
    return job_id


def test_jobs_that_ended_over_thirty_days_ago_go_with_their_files(
    tmp_path: Path, broker_url: str
) -> None:
    async def work() -> None:
        storage = Folder(tmp_path / "storage")
        old, young = await ended_job(storage, 31), await ended_job(storage, 29)
        async with Redis.from_url(broker_url) as redis:
            publisher = Publisher(redis)
            await publisher.publish(old, Log(level="info", message="x"), owner="x")
            done = await Cleanup(Retention(default_days=30), storage, publisher).delete_jobs()
            assert not await redis.exists(key_of(old))
        assert done.counts == {"jobs": 1, "upload_bytes": 1}
        with pytest.raises(JobNotFoundError):
            await JobStore().get(old)
        assert await JobStore().get(young)
        left = {path.stem for path in (tmp_path / "storage").rglob("*") if len(path.stem) == 32}
        assert left == {young}
        assert [(each.who, each.what) for each in await trail_of(old, owner=None)][-1] == (
            *("cleanup", "deleted"),
        )

    asyncio.run(work())


def test_files_that_no_job_points_to_go_after_a_day_and_no_others(
    tmp_path: Path, broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        storage = Folder(tmp_path)
        job_id = await ended_job(storage, 1)
        orphans = [f"uploads/{new_job_id()}.csv", f"results/{new_job_id()}/1/rows.parquet"]
        orphans.append(f"logs/{new_job_id()}/1.jsonl")
        for key in (*orphans, f"logs/{job_id}/1.jsonl", "uploads/half.csv.partial", "kept/a"):
            storage.path(key).parent.mkdir(parents=True, exist_ok=True)
            storage.path(key).write_text("x")
        then = time.time() - 25 * 3600
        os.utime(storage.path(orphans[0]), (then, then))  # old content may have got its key now
        async with Redis.from_url(broker_url) as redis:
            cleanup = Cleanup(Retention(default_days=30), storage, Publisher(redis))
            assert (await cleanup.delete_orphans()).counts == {"files": 0, "exports": 0}
            monkeypatch.setattr("workers.upkeep.cleanup.ORPHANED_AFTER", timedelta(seconds=-1))
            assert (await cleanup.delete_orphans()).counts == {"files": 3, "exports": 0}
        kept.extend([f"uploads/{job_id}.csv", f"results/{job_id}", f"logs/{job_id}"])

    kept = ["uploads/half.csv.partial", "kept/a"]
    asyncio.run(work())
    left = [str(path.relative_to(tmp_path)) for path in tmp_path.glob("*/*")]
    assert set(left) == set(kept)


def test_an_upload_that_a_killed_process_left_goes_after_a_day(
    tmp_path: Path, broker_url: str
) -> None:
    async def work() -> None:
        storage = Folder(tmp_path)
        uploads = tmp_path / "uploads"
        uploads.mkdir()
        for name, hours_ago in (("old.csv.partial", 25), ("new.csv.partial", 23), ("old.csv", 25)):
            (uploads / name).touch()
            then = time.time() - hours_ago * 3600
            os.utime(uploads / name, (then, then))
        async with Redis.from_url(broker_url) as redis:
            await Cleanup(Retention(default_days=30), storage, Publisher(redis)).delete_orphans()
        assert {path.name for path in uploads.iterdir()} == {"new.csv.partial", "old.csv"}

    asyncio.run(work())


def test_what_ran_out_is_forgotten_and_what_holds_is_not(tmp_path: Path, broker_url: str) -> None:
    async def work() -> None:
        long_ago = datetime.now(UTC) - timedelta(days=100)
        links, tokens = LinkStore(), TokenStore()
        await links.invite("old@lab.example", "user", by="root")
        await AccountLink.update({AccountLink.expires_at: long_ago}, force=True)
        await links.invite("new@lab.example", "user", by="root")
        for name in ("revoked", "ended", "good"):
            made = await tokens.make(name, ["read"], owner="ada", days=1)
            ended = {"revoked": ApiToken.revoked_at, "ended": ApiToken.expires_at}.get(name)
            if ended is not None:
                await ApiToken.update({ended: long_ago}).where(ApiToken.id == made.token.id)
        async with Redis.from_url(broker_url) as redis:
            cleanup = Cleanup(Retention(default_days=30), Folder(tmp_path), Publisher(redis))
            done = await cleanup.forget_expired()
        found = {name: number for name, number in done.counts.items() if number}
        assert found == {"links": 1, "tokens": 2}
        assert [row["name"] for row in await ApiToken.select()] == ["good"]
        assert [row["name"] for row in await AccountLink.select()] == ["new@lab.example"]

    asyncio.run(work())


def test_the_database_is_tidied_while_others_write(tmp_path: Path) -> None:
    async def work() -> None:
        done, job_id = await asyncio.gather(tidied(), ended_job(Folder(tmp_path), 1))
        assert done.counts
        assert await JobStore().get(job_id)

    asyncio.run(work())


def test_statistics_wait_for_another_writer(sqlite_file: Path) -> None:
    async def work() -> None:
        await JobStore().get(await ended_job(Folder(sqlite_file.parent), 1))
        await Job.raw("ANALYZE")
        with closing(sqlite3.connect(sqlite_file, isolation_level=None)) as other:
            # With too few rows in them, so that "PRAGMA optimize" would renew them.
            other.execute("UPDATE sqlite_stat1 SET stat = '0 0'")
            other.execute("BEGIN IMMEDIATE")
            tidying = asyncio.create_task(tidied())
            await asyncio.sleep(0.3)
            assert not tidying.done()
            other.execute("COMMIT")
        assert (await tidying).counts

    asyncio.run(work())


def test_room_of_deleted_rows_goes_back_to_the_disk(sqlite_file: Path) -> None:
    async def work() -> None:
        await Job.raw("CREATE TABLE filler (content TEXT)")
        await Job.raw("INSERT INTO filler VALUES (hex(zeroblob(2000000)))")
        await Job.raw("DROP TABLE filler")
        done = await tidied()
        assert done.counts["freed_bytes"] > 3_000_000
        counts.update(done.counts)

    counts: dict[str, int] = {}
    asyncio.run(work())
    assert sqlite_file.stat().st_size == counts["bytes"]


async def sends(scheduler: IntervalTasks, task: ScheduledTask) -> bool:
    with suppress(ScheduledTaskCancelledError):
        await scheduler.pre_send(task)
        return True
    return False


def test_of_two_schedulers_one_sends_what_is_due(broker_url: str) -> None:
    async def work() -> None:
        broker = create_broker(broker_url)
        async with Redis.from_url(broker_url) as redis:
            task = ScheduledTask(task_name=new_job_id(), labels={}, args=[], kwargs={}, interval=3)
            one, other = (IntervalTasks(broker, redis) for _ in range(2))
            await one.pre_send(task)
            with pytest.raises(ScheduledTaskCancelledError):
                await other.pre_send(task)
            await until(lambda: sends(other, task))
        await broker.shutdown()

    asyncio.run(work())
