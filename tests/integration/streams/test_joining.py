"""A client that joins hears each event: those so far at once, and those published later."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from redis.asyncio import Redis

from app.contract.events import Cancelled, Complete, Connected, Event, Log, Progress, entered
from app.contract.tasks import Step
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.jobs.completion import completed, final_event, publish_last_events
from app.jobs.start import start_job, start_jobs
from app.jobs.submission import JobSubmission
from app.progress.publisher import Publisher
from app.progress.relay import Relay
from app.progress.streams import BEFORE_ALL, StoredEvent, key_of
from app.queue.broker import create_broker
from app.queue.worker_registry import WorkerRegistry
from app.storage import Folder
from app.web.streaming.job_events import job_events
from app.web.wait_estimate import WaitEstimate
from tests.integration.streams.test_relay import connected
from tests.stored_jobs import a_job, next_held

MESSAGE = "Analysis complete."


class Followed(NamedTuple):
    """A job that a worker has, and what its followers read."""

    jobs: JobStore
    job: Job
    redis: Redis
    relay: Relay

    def batches(self, job: Job) -> AsyncIterator[list[StoredEvent]]:
        """What a client hears that joins now, given the row as it was read."""
        waiting = WaitEstimate(self.jobs, WorkerRegistry(self.redis))
        return job_events(job, None, waiting, self.relay)

    async def heard(self, job: Job) -> list[Event]:
        """All that such a client hears until the end."""
        return [stored.event async for events in self.batches(job) for stored in events]

    async def published(self) -> list[Event]:
        """The events that the stream of the job holds."""
        read = await self.relay.streams.read(key_of(self.job.id), after=BEFORE_ALL)
        return [stored.event for stored in read.events]

    async def succeed(self) -> None:
        """End the job in the database, without an event."""
        summary = {"rows": 1}
        assert await self.jobs.succeed(self.job, result_key="r", summary=summary, message=MESSAGE)


@asynccontextmanager
async def a_followed_job(broker_url: str) -> AsyncIterator[Followed]:
    async with connected(broker_url) as (redis, _, relay):
        jobs = JobStore()
        await a_job(jobs)
        yield Followed(jobs, await next_held(jobs), redis, relay)


@pytest.mark.usefixtures("sqlite_file")
@pytest.mark.parametrize("joins_s", [0.0, 0.2])
def test_a_client_that_joins_between_the_row_and_its_events_hears_progress_at_100(
    broker_url: str, joins_s: float
) -> None:
    async def work() -> None:
        async with a_followed_job(broker_url) as followed:
            await followed.succeed()
            ended = await followed.jobs.get(followed.job.id)
            hearing = asyncio.create_task(followed.heard(ended))
            await asyncio.sleep(joins_s)  # as long as a busy worker takes to publish
            last = [Log(level="info", message="the last rule"), entered(Step.COMPLETE, MESSAGE)]
            end = completed(ended, MESSAGE)
            publisher = Publisher(followed.redis)
            await publish_last_events(ended, followed.jobs, publisher, *last, end)
            heard = (await hearing)[1:]  # after "connected"
            kinds = [type(event) for event in heard if not isinstance(event, Log)]
            assert kinds[-2:] == [Progress, Complete]
            assert [each.percentage for each in heard if isinstance(each, Progress)] == [100]
            assert "the last rule" in [each.message for each in heard if isinstance(each, Log)]

    asyncio.run(work())


@pytest.mark.usefixtures("sqlite_file")
def test_an_end_that_nobody_publishes_is_taken_from_the_row(broker_url: str) -> None:
    async def work() -> None:
        async with a_followed_job(broker_url) as followed:
            await followed.succeed()
            async with asyncio.timeout(10):
                heard = await followed.heard(followed.job)
            assert isinstance(heard[-1], Complete)

    asyncio.run(work())


@pytest.mark.usefixtures("sqlite_file")
def test_the_events_so_far_come_before_the_row_is_read(broker_url: str) -> None:
    async def work() -> None:
        async with a_followed_job(broker_url) as followed:
            job = followed.job
            loading = entered(Step.LOADING, "Reading the peak table.")
            await Publisher(followed.redis).publish(job.id, loading, owner=job.owner)
            await Job.delete(force=True)  # so whatever needs the row fails
            heard = [stored.event for stored in await anext(aiter(followed.batches(job)))]
            assert [type(event) for event in heard] == [Connected, Progress]

    asyncio.run(work())


@pytest.mark.usefixtures("sqlite_file")
@pytest.mark.parametrize("is_alone", [True, False])
def test_a_late_end_does_not_end_the_run_that_was_started_meanwhile(
    broker_url: str, tmp_path: Path, is_alone: bool
) -> None:
    async def work() -> None:
        broker = create_broker(broker_url)
        await broker.startup()
        async with a_followed_job(broker_url) as followed:
            jobs, held, publisher = followed.jobs, followed.job, Publisher(followed.redis)
            submissions = JobSubmission(jobs, Folder(tmp_path), broker, publisher)
            await jobs.cancel(held.id, owner=held.owner)
            assert await jobs.end_cancelled(held)
            ended = await jobs.get(held.id)
            if is_alone:
                await start_job(ended.id, submissions, owner=held.owner, by=held.owner)
            else:
                assert not await start_jobs([ended], submissions, by=held.owner)
            assert [type(event) for event in await followed.published()] == [Cancelled]
            line = Log(level="info", message="the last rule")
            await publish_last_events(ended, jobs, publisher, line, final_event(ended))
            assert [type(event) for event in await followed.published()] == [Cancelled]
        await broker.shutdown()

    asyncio.run(work())
