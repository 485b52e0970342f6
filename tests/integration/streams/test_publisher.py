"""What is published once, whoever repeats it, and by no worker that comes late."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis

from app.contract.events import Complete, Log
from app.progress.publisher import Fence, Publisher
from app.progress.stream_reader import StreamReader
from app.progress.streams import BEFORE_ALL, key_of, key_of_owner

OWNER = "somebody"
DONE = Complete(success=True, redirect_url="/", message="Done.")


def line(number: int) -> Log:
    return Log(level="info", message=str(number))


def lines(*numbers: int) -> list[Log]:
    return [line(number) for number in numbers]


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def published(redis: Redis, key: str) -> list[Any]:
    return [each.event for each in (await StreamReader(redis).read(key, after=BEFORE_ALL)).events]


def test_what_is_sent_again_because_its_answer_was_lost_is_there_once(broker_url: str) -> None:
    async def work() -> None:
        async with Redis.from_url(broker_url) as redis:
            publisher, job, owner = Publisher(redis), uuid4().hex, uuid4().hex
            for first, numbers in ((1, (1, 2)), (1, (1, 2, 3)), (3, (3, 4)), (5, (5,))):
                fence = Fence(1, first)
                assert await publisher.publish(job, *lines(*numbers), owner=owner, fence=fence)
            assert await published(redis, key_of(job)) == lines(1, 2, 3, 4, 5)
            assert await published(redis, key_of_owner(owner)) == lines(1, 2, 3, 4, 5)

    run(work())


def test_a_late_worker_publishes_nothing_once_another_has_begun(broker_url: str) -> None:
    async def work() -> None:
        async with Redis.from_url(broker_url) as redis:
            publisher, job = Publisher(redis), uuid4().hex
            await publisher.publish(job, line(1), owner=OWNER, fence=Fence(1, 1))
            assert await publisher.forget(job, attempt=2)
            assert not await publisher.publish(job, line(2), owner=OWNER, fence=Fence(1, 2))
            assert not await publisher.forget(job, attempt=1)
            assert await publisher.publish(job, line(10), owner=OWNER, fence=Fence(2, 1))
            assert not await publisher.publish(job, DONE, owner=OWNER, fence=Fence(1, 3, "1"))
            assert await published(redis, key_of(job)) == [line(10)]

    run(work())


def test_an_end_is_published_once_whoever_repeats_it(broker_url: str) -> None:
    async def work() -> None:
        async with Redis.from_url(broker_url) as redis:
            publisher, job = Publisher(redis), uuid4().hex
            for fence in (Fence(1, 1, "first"), Fence(1, 0, "first"), Fence(1, 0, "second")):
                assert await publisher.publish(job, DONE, owner=OWNER, fence=fence)
            assert await published(redis, key_of(job)) == [DONE, DONE]

    run(work())
