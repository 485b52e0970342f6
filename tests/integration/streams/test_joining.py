"""A client that joins hears each event: those so far at once, and those published later."""

import asyncio

import pytest

from app.contract.events import Complete, Connected, Event, Log, Progress, entered
from app.contract.tasks import Step
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.jobs.completion import completed, publish_last_events
from app.progress.publisher import Publisher
from app.queue.worker_registry import WorkerRegistry
from app.web.streaming.job_events import job_events
from app.web.wait_estimate import WaitEstimate
from tests.integration.streams.test_relay import connected
from tests.stored_jobs import a_job, next_held

MESSAGE = "Analysis complete."


@pytest.mark.usefixtures("sqlite_file")
@pytest.mark.parametrize("joins_s", [0.0, 0.2])
def test_a_client_that_joins_between_the_row_and_its_events_hears_progress_at_100(
    broker_url: str, joins_s: float
) -> None:
    async def work() -> None:
        async with connected(broker_url) as (redis, _, relay):
            jobs = JobStore()
            await a_job(jobs)
            held = await next_held(jobs)
            assert await jobs.succeed(held, result_key="r", summary={"rows": 1}, message=MESSAGE)
            ended = await jobs.get(held.id)
            waiting = WaitEstimate(jobs, WorkerRegistry(redis))

            async def hear() -> list[Event]:
                return [
                    stored.event
                    async for events in job_events(ended, None, waiting, relay)
                    for stored in events
                ]

            hearing = asyncio.create_task(hear())
            await asyncio.sleep(joins_s)  # as long as a busy worker takes to publish
            last = [Log(level="info", message="the last rule"), entered(Step.COMPLETE, MESSAGE)]
            end = completed(ended, MESSAGE)
            await publish_last_events(ended, jobs, Publisher(redis), *last, end)
            heard = (await hearing)[1:]  # after "connected"
            kinds = [type(event) for event in heard if not isinstance(event, Log)]
            assert kinds[-2:] == [Progress, Complete]
            assert [each.percentage for each in heard if isinstance(each, Progress)] == [100]
            assert "the last rule" in [each.message for each in heard if isinstance(each, Log)]

    asyncio.run(work())


@pytest.mark.usefixtures("sqlite_file")
def test_an_end_that_nobody_publishes_is_taken_from_the_row(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (redis, _, relay):
            jobs = JobStore()
            await a_job(jobs)
            held = await next_held(jobs)
            assert await jobs.succeed(held, result_key="r", summary={"rows": 1}, message=MESSAGE)
            waiting = WaitEstimate(jobs, WorkerRegistry(redis))
            async with asyncio.timeout(10):
                heard = [
                    stored.event
                    async for events in job_events(held, None, waiting, relay)
                    for stored in events
                ]
            assert isinstance(heard[-1], Complete)

    asyncio.run(work())


@pytest.mark.usefixtures("sqlite_file")
def test_the_events_so_far_come_before_the_row_is_read(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (redis, _, relay):
            jobs = JobStore()
            await a_job(jobs)
            held = await next_held(jobs)
            loading = entered(Step.LOADING, "Reading the peak table.")
            await Publisher(redis).publish(held.id, loading, owner=held.owner)
            await Job.delete(force=True)  # so whatever needs the row fails
            events = job_events(held, None, WaitEstimate(jobs, WorkerRegistry(redis)), relay)
            heard = [stored.event for stored in await anext(aiter(events))]
            assert [type(event) for event in heard] == [Connected, Progress]

    asyncio.run(work())
