"""What the progress stream promises, on a real broker."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import TypeAlias
from uuid import uuid4

from redis.asyncio import Redis

from app.contract.events import Complete, Event, Log, entered
from app.contract.tasks import Step
from app.progress.publisher import Publisher
from app.progress.relay import INBOX_SIZE, Relay
from app.progress.streams import BEFORE_ALL, StoredEvent

QUIET_S = 0.2
Following: TypeAlias = AsyncGenerator[StoredEvent | None, None]


async def take(events: Following, count: int) -> list[Event]:
    taken: list[Event] = []
    async with asyncio.timeout(5):
        while len(taken) < count:
            if stored := await anext(events):
                taken.append(stored.event)
    return taken


DONE = Complete(success=True, redirect_url="/", message="Done.")


def line(number: int) -> Log:
    return Log(level="info", message=str(number))


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[tuple[Redis, Publisher, Relay]]:
    async with Redis.from_url(url) as redis:
        relay = Relay(redis)
        await relay.start()
        await asyncio.sleep(0.1)
        yield redis, Publisher(redis), relay
        await relay.stop()


def test_a_late_listener_gets_all_that_was_and_all_that_follows(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (_, publisher, relay):
            job = uuid4().hex
            for number in range(3):
                await publisher.publish(job, line(number))
            async with aclosing(relay.follow(job, keep_alive_s=QUIET_S)) as events:
                assert await take(events, 3) == [line(number) for number in range(3)]
                for number in (3, 4):
                    await publisher.publish(job, line(number))
                assert await take(events, 2) == [line(3), line(4)]

    asyncio.run(work())


def test_a_listener_that_comes_back_gets_only_what_it_missed(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (_, publisher, relay):
            job = uuid4().hex
            for number in range(4):
                await publisher.publish(job, line(number))
            seen = (await relay.history(job))[1].id
            assert seen
            assert await relay.event(job, seen) == StoredEvent(seen, line(1))
            assert not await relay.event(job, BEFORE_ALL)
            async with aclosing(relay.follow(job, after=seen, keep_alive_s=QUIET_S)) as events:
                assert await take(events, 2) == [line(2), line(3)]

    asyncio.run(work())


def test_a_slow_listener_loses_nothing(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (_, publisher, relay):
            job, count = uuid4().hex, 3 * INBOX_SIZE
            async with aclosing(relay.follow(job, keep_alive_s=QUIET_S)) as events:
                await publisher.publish(job, line(0))
                assert await take(events, 1) == [line(0)]
                for number in range(1, count):
                    await publisher.publish(job, line(number))
                assert await take(events, count - 1) == [line(n) for n in range(1, count)]

    asyncio.run(work())


def test_a_broken_subscription_is_mended_without_a_gap(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (redis, publisher, relay):
            job = uuid4().hex
            async with aclosing(relay.follow(job, keep_alive_s=QUIET_S)) as events:
                await publisher.publish(job, line(0))
                assert await take(events, 1) == [line(0)]
                await redis.client_kill_filter(_type="pubsub")
                await publisher.publish(job, line(1))
                await publisher.publish(job, DONE)
                assert await take(events, 2) == [line(1), DONE]

    asyncio.run(work())


def test_a_quiet_stream_says_so(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (_, publisher, relay):
            job = uuid4().hex
            await publisher.publish(job, entered(Step.LOADING, "Reading."))
            async with aclosing(relay.follow(job, keep_alive_s=0.05)) as events:
                await take(events, 1)
                assert await anext(events) is None

    asyncio.run(work())


def test_a_drained_relay_ends_every_listener_and_takes_no_more(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (_, publisher, relay):
            job = uuid4().hex
            await publisher.publish(job, line(0))
            async with aclosing(relay.follow(job, keep_alive_s=60)) as events:
                assert await take(events, 1) == [line(0)]
                waiting = asyncio.create_task(anext(events, "ended"))
                await asyncio.sleep(QUIET_S)
                relay.drain()
                async with asyncio.timeout(1):
                    assert await waiting == "ended"
                assert [event async for event in relay.follow(job, keep_alive_s=60)] == []

    asyncio.run(work())
