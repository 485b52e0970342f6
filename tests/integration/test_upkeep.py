"""The scheduled tasks, on a real database, broker and folder."""

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from taskiq.exceptions import ScheduledTaskCancelledError
from taskiq.scheduler.scheduled_task import ScheduledTask

from app.broker import create_broker
from app.contract.events import Log
from app.contract.tasks import CLEAN_UP
from app.db.jobs import JobNotFoundError, JobStore, NewJob, new_job_id
from app.db.tables import Job
from app.progress.publisher import Publisher
from app.progress.streams import key_of
from app.storage import Folder
from workers.cleanup import Upkeep
from workers.schedule import DailyRun, GuardedSchedule

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
            broker = create_broker(broker_url)
            upkeep = Upkeep(JobStore(), publisher, storage, broker, keep_jobs_days=30)
            await upkeep.clean_up()
            assert not await redis.exists(key_of(old))
            await broker.shutdown()
        with pytest.raises(JobNotFoundError):
            await JobStore().get(old)
        assert await JobStore().get(young)
        left = {path.stem for path in (tmp_path / "storage").rglob("*") if len(path.stem) == 32}
        assert left == {young}

    asyncio.run(work())


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
            broker = create_broker(broker_url)
            upkeep = Upkeep(JobStore(), Publisher(redis), storage, broker, keep_jobs_days=30)
            await upkeep.clean_up()
            await broker.shutdown()
        assert {path.name for path in uploads.iterdir()} == {"new.csv.partial", "old.csv"}

    asyncio.run(work())


def test_the_cleanup_is_due_daily_at_two_utc() -> None:
    from workers.main import broker

    task = broker.find_task(CLEAN_UP)
    assert task
    assert task.labels["schedule"] == [{"cron": "0 2 * * *"}]


def test_of_two_schedulers_one_sends_what_is_due(broker_url: str) -> None:
    async def work() -> None:
        broker = create_broker(broker_url)
        async with Redis.from_url(broker_url) as redis:
            task = ScheduledTask(task_name=new_job_id(), labels={}, args=[], kwargs={}, interval=1)
            one, other = (GuardedSchedule(broker, redis) for _ in range(2))
            await one.pre_send(task)
            with pytest.raises(ScheduledTaskCancelledError):
                await other.pre_send(task)
            await asyncio.sleep(1)
            await other.pre_send(task)
        await broker.shutdown()

    asyncio.run(work())


def test_a_missed_run_of_the_day_is_caught_up_once(broker_url: str) -> None:
    async def work() -> None:
        an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).hour
        async with Redis.from_url(broker_url) as redis:
            missed, begun = (DailyRun(redis, new_job_id(), hour=an_hour_ago) for _ in range(2))
            assert [await missed.is_missed() for _ in range(2)] == [True, False]
            await begun.note_begun()
            assert not await begun.is_missed()

    asyncio.run(work())
