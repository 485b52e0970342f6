"""The limits of open streams hold for all web processes together, and outlive none of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from redis.asyncio import Redis

from app.web.http.faults.errors import StreamLimitError
from app.web.streaming import limits
from app.web.streaming.limits import PROCESSES, StreamLimits
from tests.patience import until


async def endless() -> AsyncIterator[int]:
    yield 1
    await asyncio.Event().wait()


async def admits(limits: StreamLimits, kept: list[AsyncIterator[int]]) -> bool:
    with suppress(StreamLimitError):
        kept.append(await limits.admit("a", endless()))
        return True
    return False


async def forget(redis: Redis) -> None:
    async for key in redis.scan_iter(f"{PROCESSES}*"):
        await redis.delete(key)


def test_two_processes_share_the_limits_of_a_user_and_of_all(broker_url: str) -> None:
    async def work() -> None:
        async with Redis.from_url(broker_url) as redis:
            await forget(redis)
            one, two = (StreamLimits(redis, per_user=2, in_total=3) for _ in range(2))
            await asyncio.gather(one.start(), two.start())
            kept = [
                await one.admit("a", endless()),
                await two.admit("a", endless()),
                await two.admit("b", endless()),
            ]
            for process, user, status in ((one, "a", 429), (two, "a", 429), (one, "c", 503)):
                with pytest.raises(StreamLimitError) as refusal:
                    await process.admit(user, endless())
                assert refusal.value.status == status
            del kept[0]  # unread: its client was gone before the first message
            await until(lambda: admits(one, kept))
            assert [await anext(messages) for messages in kept] == [1, 1, 1]
            await asyncio.gather(one.stop(), two.stop())

    asyncio.run(work())


def test_a_stream_that_ends_is_given_back_to_the_other_process_at_once(broker_url: str) -> None:
    async def work() -> None:
        async with Redis.from_url(broker_url) as redis:
            await forget(redis)
            one, two = (StreamLimits(redis, per_user=1, in_total=9) for _ in range(2))
            await one.start()
            messages = await one.admit("a", one_message())
            assert [message async for message in messages] == [1]
            await until(lambda: admits(two, []))
            await one.stop()

    asyncio.run(work())


def test_the_streams_of_a_killed_process_are_given_back(
    broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "GIVEN_BACK_AFTER_S", 5)

    async def work() -> None:
        async with Redis.from_url(broker_url) as redis:
            await forget(redis)
            killed, other = (StreamLimits(redis, per_user=1, in_total=9) for _ in range(2))
            kept = await killed.admit("a", endless())  # and renewed no more
            with pytest.raises(StreamLimitError):
                await other.admit("a", endless())
            await until(lambda: admits(other, []))
            del kept

    asyncio.run(work())


async def one_message() -> AsyncIterator[int]:
    yield 1
