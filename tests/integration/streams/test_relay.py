"""What the progress stream promises, on a real broker."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import Any, TypeAlias
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from app.contract.events import Complete, Event, Log, entered
from app.contract.tasks import Step
from app.progress.feed import FEED_SIZE
from app.progress.publisher import LONGEST_JOB_STREAM, Publisher
from app.progress.relay import KEEP_ALIVE_S, PAGE_SIZE, RECONNECT_PAUSE_S, Gap, Heard, Relay
from app.progress.stream_reader import StreamReader
from app.progress.streams import BEFORE_ALL, EventId, StoredEvent, key_of, key_of_owner
from tests.patience import PATIENCE_S

PAUSE_S = 0.2
Following: TypeAlias = AsyncGenerator[Heard, None]
OWNER = "somebody"
CROWD = 100
FEW = 5


async def take(events: Following, count: int) -> list[Event]:
    return [event for _, event in await take_with_jobs(events, count)]


async def take_with_jobs(events: Following, count: int) -> list[tuple[str, Event]]:
    taken: list[tuple[str, Event]] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(taken) < count:
            heard = await anext(events)
            if not isinstance(heard, Gap):
                taken += [(stored.job_id, stored.event) for stored in heard]
    return taken


DONE = Complete(success=True, redirect_url="/", message="Done.")


async def tell(publisher: Publisher, job: str, event: Event, owner: str = OWNER) -> None:
    await publisher.publish(job, event, owner=owner)


def line(number: int) -> Log:
    return Log(level="info", message=str(number))


@asynccontextmanager
async def connected(
    url: str, *, keep_alive_s: float = KEEP_ALIVE_S
) -> AsyncIterator[tuple[Redis, Publisher, Relay]]:
    async with Redis.from_url(url) as redis:
        relay = Relay(redis, keep_alive_s=keep_alive_s)
        await relay.start()
        await asyncio.sleep(0.1)
        yield redis, Publisher(redis), relay
        await relay.stop()


def test_a_late_listener_gets_all_that_was_and_all_that_follows(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (_, publisher, relay):
            job = uuid4().hex
            for number in range(3):
                await tell(publisher, job, line(number))
            async with aclosing(relay.follow(key_of(job))) as events:
                assert await take(events, 3) == [line(number) for number in range(3)]
                for number in (3, 4):
                    await tell(publisher, job, line(number))
                assert await take(events, 2) == [line(3), line(4)]

    asyncio.run(work())


def test_a_listener_that_comes_back_gets_only_what_it_missed(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (_, publisher, relay):
            job = uuid4().hex
            for number in range(4):
                await tell(publisher, job, line(number))
            seen = (await relay.streams.read(key_of(job), after=BEFORE_ALL)).events[1].id
            assert seen
            async with aclosing(relay.follow(key_of(job), after=seen)) as events:
                assert await take(events, 2) == [line(2), line(3)]

    asyncio.run(work())


def test_a_slow_listener_loses_nothing(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (_, publisher, relay):
            job, count = uuid4().hex, 3 * FEED_SIZE
            async with aclosing(relay.follow(key_of(job))) as events:
                await tell(publisher, job, line(0))
                assert await take(events, 1) == [line(0)]
                for number in range(1, count):
                    await tell(publisher, job, line(number))
                assert await take(events, count - 1) == [line(n) for n in range(1, count)]

    asyncio.run(work())


def test_a_broken_subscription_is_mended_without_a_gap(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (redis, publisher, relay):
            job = uuid4().hex
            async with aclosing(relay.follow(key_of(job))) as events:
                await tell(publisher, job, line(0))
                assert await take(events, 1) == [line(0)]
                await redis.client_kill_filter(_type="pubsub")
                await tell(publisher, job, line(1))
                await tell(publisher, job, DONE)
                assert await take(events, 2) == [line(1), DONE]

    asyncio.run(work())


def test_a_quiet_stream_says_so(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url, keep_alive_s=0.05) as (_, publisher, relay):
            job = uuid4().hex
            await tell(publisher, job, entered(Step.LOADING, "Reading."))
            async with aclosing(relay.follow(key_of(job))) as events:
                await take(events, 1)
                assert await anext(events) == []

    asyncio.run(work())


def test_a_drained_relay_ends_every_listener_and_takes_no_more(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (_, publisher, relay):
            job = uuid4().hex
            await tell(publisher, job, line(0))
            async with aclosing(relay.follow(key_of(job))) as events:
                assert await take(events, 1) == [line(0)]
                waiting = asyncio.create_task(anext(events, "ended"))
                await asyncio.sleep(PAUSE_S)
                relay.drain()
                async with asyncio.timeout(PATIENCE_S):
                    assert await waiting == "ended"
                assert [event async for event in relay.follow(key_of(job))] == []

    asyncio.run(work())


async def heard_until_gap(events: Following) -> tuple[list[StoredEvent], Gap]:
    before: list[StoredEvent] = []
    async with asyncio.timeout(PATIENCE_S):
        async for heard in events:
            if isinstance(heard, Gap):
                return before, heard
            before += heard
    raise AssertionError("There was no gap.")


def test_events_that_the_stream_has_lost_are_reported_as_a_gap(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (redis, publisher, relay):
            job = uuid4().hex
            async with aclosing(relay.follow(key_of(job))) as events:
                await tell(publisher, job, line(0))
                assert await take(events, 1) == [line(0)]
                seen = await relay.streams.tip(key_of(job))
                for number in range(1, 3 * LONGEST_JOB_STREAM):
                    await tell(publisher, job, line(number))
                await redis.xtrim(key_of(job), maxlen=LONGEST_JOB_STREAM, approximate=False)
                before, gap = await heard_until_gap(events)
                kept = range(2 * LONGEST_JOB_STREAM, 3 * LONGEST_JOB_STREAM)
                assert [stored.event for stored in before] == [line(number) for number in kept]
                assert gap == Gap(after=seen)
                await tell(publisher, job, DONE)
                assert await take(events, 1) == [DONE]

    asyncio.run(work())


def test_an_id_that_the_stream_never_had_keeps_nobody_waiting(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (_, publisher, relay):
            job, future = uuid4().hex, EventId(2**63, 0)
            await tell(publisher, job, line(0))
            following = relay.follow(key_of(job), after=future)
            async with aclosing(following) as events:
                assert await heard_until_gap(events) == ([], Gap(after=future))
                await tell(publisher, job, line(1))
                assert await take(events, 1) == [line(1)]

    asyncio.run(work())


def test_an_owner_hears_of_all_own_jobs_and_of_no_others(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (_, publisher, relay):
            owner, first, second = uuid4().hex, uuid4().hex, uuid4().hex
            following = relay.follow(key_of_owner(owner))
            async with aclosing(following) as events:
                await tell(publisher, first, line(1), owner)
                await tell(publisher, uuid4().hex, line(2), uuid4().hex)
                await publisher.announce(second, line(3), owner=owner)
                await tell(publisher, second, DONE, owner)
                received = await take_with_jobs(events, 3)
            assert received == [(first, line(1)), (second, line(3)), (second, DONE)]
            assert await relay.streams.tip(key_of(first)) != await relay.streams.tip(key_of(second))
            assert len((await relay.streams.read(key_of(second), after=BEFORE_ALL)).events) == 1

    asyncio.run(work())


def test_a_broken_subscription_is_read_up_once_for_all_followers(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (redis, publisher, relay):
            job = uuid4().hex
            await tell(publisher, job, line(0))
            async with AsyncExitStack() as stack:
                crowd = [
                    await stack.enter_async_context(aclosing(relay.follow(key_of(job))))
                    for _ in range(CROWD)
                ]
                assert await asyncio.gather(*(take(each, 1) for each in crowd)) == [
                    [line(0)] for _ in crowd
                ]
                await redis.config_resetstat()
                waiting = [asyncio.create_task(take(each, 2)) for each in crowd]
                await redis.client_kill_filter(_type="pubsub")
                await tell(publisher, job, line(1))
                await asyncio.sleep(1.5 * RECONNECT_PAUSE_S)
                await tell(publisher, job, line(2))
                assert await asyncio.gather(*waiting) == [[line(1), line(2)] for _ in crowd]
                calls: dict[str, Any] = await redis.info("commandstats")
                assert calls["cmdstat_xrange"]["calls"] <= FEW

    asyncio.run(work())


def test_an_event_published_between_two_reads_of_an_empty_stream_is_not_missed(
    broker_url: str,
) -> None:
    async def work() -> None:
        async with connected(broker_url) as (redis, publisher, _):
            job = uuid4().hex

            class TellsBetween(StreamReader):
                async def tip(self, key: str) -> EventId:
                    await tell(publisher, job, line(0))
                    return await super().tip(key)

            reading = await TellsBetween(redis).read(key_of(job), after=EventId(1, 0))
            assert [stored.event for stored in reading.events] == [line(0)]
            assert not reading.is_whole

    asyncio.run(work())


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"no event at all",
        b"1-1 job {not json",
        b"\xff\xff \xff \xff",
        b'1-1 job {"type": "of a newer version"}',
    ],
)
def test_a_message_that_cannot_be_read_does_not_end_the_listener(
    broker_url: str, message: bytes
) -> None:
    async def work() -> None:
        async with connected(broker_url) as (redis, publisher, relay):
            job = uuid4().hex
            async with aclosing(relay.follow(key_of(job))) as events:
                await tell(publisher, job, line(0))
                assert await take(events, 1) == [line(0)]
                waiting = asyncio.create_task(take(events, 1))
                await asyncio.sleep(PAUSE_S)
                await redis.publish(key_of(job), message)
                await asyncio.sleep(PAUSE_S)
                await tell(publisher, job, line(1))
                assert await waiting == [line(1)]

    asyncio.run(work())


def test_an_event_that_cannot_be_read_is_reported_as_a_gap(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (redis, publisher, relay):
            job, data = uuid4().hex, b'{"type": "of a newer version"}'
            async with aclosing(relay.follow(key_of(job))) as events:
                await tell(publisher, job, line(0))
                first = await anext(events)
                waiting = asyncio.create_task(anext(events))
                await asyncio.sleep(PAUSE_S)
                entry: Any = await redis.xadd(key_of(job), {"data": data})
                await redis.publish(key_of(job), b"%s  %s" % (entry, data))
                assert isinstance(first, list)
                assert first[-1].id
                assert await waiting == Gap(first[-1].id)
                await tell(publisher, job, line(1))
                assert await take(events, 1) == [line(1)]
            late = await relay.streams.read(key_of(job), after=BEFORE_ALL)
            assert [stored.event for stored in late.events] == [line(0), line(1)]
            assert late.is_damaged

    asyncio.run(work())


def test_a_page_of_events_that_cannot_be_read_hides_none_behind_it(broker_url: str) -> None:
    async def work() -> None:
        async with connected(broker_url) as (redis, publisher, relay):
            job = uuid4().hex
            for _ in range(PAGE_SIZE + FEW):
                await redis.xadd(key_of(job), {"data": b"?"})
            await tell(publisher, job, line(0))
            async with aclosing(relay.follow(key_of(job))) as events:
                assert await take(events, 1) == [line(0)]

    asyncio.run(work())
