"""What the queue promises, on a real broker."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, cast
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from taskiq import AckableMessage

from app.queue.broker import RECONNECT_PAUSE_S, StreamBroker, create_broker, send_task
from tests.patience import PATIENCE_S, until
from tests.servers import running_broker

IDLE_TIMEOUT_S = 0.3


def broker_on(url: str, queue: str) -> StreamBroker:
    broker = create_broker(url)
    broker.queue_name = queue
    broker.block = 50
    broker.idle_timeout = int(IDLE_TIMEOUT_S * 1000)
    broker.task(task_name="analyze")(_analyze)
    return broker


async def _analyze(job: str) -> None:
    """Known by its name; no test runs it."""


@asynccontextmanager
async def two_brokers(url: str) -> AsyncIterator[tuple[StreamBroker, StreamBroker]]:
    """Two workers' brokers on a queue of their own."""
    queue = uuid4().hex
    one, other = broker_on(url, queue), broker_on(url, queue)
    await one.startup()
    yield one, other
    await one.shutdown()
    await other.shutdown()


async def next_message(
    messages: AsyncGenerator[AckableMessage, None], timeout_s: float = PATIENCE_S
) -> AckableMessage:
    return await asyncio.wait_for(anext(messages), timeout_s)


def test_a_message_of_a_dead_worker_goes_to_another_without_a_new_one_arriving(
    broker_url: str,
) -> None:
    async def work() -> None:
        async with two_brokers(broker_url) as (dead, alive):
            await send_task(dead, "analyze", "job-1")
            taken = dead.listen()
            await next_message(taken)
            await taken.aclose()
            heir = alive.listen()
            assert b"job-1" in (await next_message(heir)).data
            await heir.aclose()

    asyncio.run(work())


def test_a_message_has_the_task_id_that_its_job_was_stored_with(broker_url: str) -> None:
    async def work() -> None:
        async with two_brokers(broker_url) as (broker, _):
            await send_task(broker, "analyze", task_id="of the job")
            messages = broker.listen()
            sent = broker.formatter.loads((await next_message(messages)).data)
            await messages.aclose()
            assert sent.task_id == "of the job"

    asyncio.run(work())


def test_a_message_that_is_worked_on_for_long_is_not_delivered_again(broker_url: str) -> None:
    async def work() -> None:
        async with two_brokers(broker_url) as (busy, idle):
            # Longer than a busy machine lets this process wait for its turn to renew the claim.
            busy.idle_timeout = idle.idle_timeout = int(10 * IDLE_TIMEOUT_S * 1000)
            await send_task(busy, "analyze", "job-1")
            working, waiting = busy.listen(), idle.listen()
            await next_message(working)
            with pytest.raises(TimeoutError):
                await next_message(waiting, timeout_s=20 * IDLE_TIMEOUT_S)
            await working.aclose()

    asyncio.run(work())


def test_an_acknowledged_message_leaves_the_stream(broker_url: str) -> None:
    async def work() -> None:
        async with two_brokers(broker_url) as (broker, _), Redis.from_url(broker_url) as redis:
            await send_task(broker, "analyze", "job-1")
            messages = broker.listen()
            message = await next_message(messages)
            await cast("Awaitable[Any]", message.ack())
            await messages.aclose()
            assert await redis.xlen(broker.queue_name) == 0

    asyncio.run(work())


def test_a_task_that_ends_while_the_broker_is_away_is_acknowledged_later() -> None:
    async def work() -> None:
        with running_broker() as server:
            async with two_brokers(server.url) as (broker, _):
                await send_task(broker, "analyze", "job-1")
                messages = broker.listen()
                message = await next_message(messages)
                server.kill()
                acknowledging = asyncio.ensure_future(cast("Awaitable[Any]", message.ack()))
                await asyncio.sleep(0.2)
                await asyncio.to_thread(server.start)
                async with asyncio.timeout(PATIENCE_S):
                    await acknowledging
                await messages.aclose()
                async with Redis.from_url(server.url) as redis:
                    assert await redis.xlen(broker.queue_name) == 0

    asyncio.run(work())


def test_a_worker_outlives_a_primary_that_is_a_replica_for_a_while() -> None:
    async def work(url: str) -> None:
        async with two_brokers(url) as (one, _), Redis.from_url(url) as redis:
            waiting = one.listen()
            message = asyncio.create_task(anext(waiting))
            await asyncio.sleep(0)
            await redis.slaveof("127.0.0.1", 9)
            await asyncio.wait({message}, timeout=3 * one.block / 1000)
            assert not message.done()
            await redis.slaveof()
            await send_task(one, "analyze", "job-1")
            assert b"job-1" in (await asyncio.wait_for(message, PATIENCE_S)).data
            await waiting.aclose()

    with running_broker() as running:
        asyncio.run(work(running.url))


def test_a_queue_that_was_lost_is_created_again(broker_url: str) -> None:
    async def work() -> None:
        async with two_brokers(broker_url) as (broker, _), Redis.from_url(broker_url) as redis:
            await redis.delete(broker.queue_name)
            messages = broker.listen()
            waiting = asyncio.ensure_future(next_message(messages))
            await asyncio.sleep(0.2)
            await send_task(broker, "analyze", "job-1")
            assert b"job-1" in (await waiting).data
            await messages.aclose()

    asyncio.run(work())


def test_a_task_of_a_newer_version_is_put_back_for_a_newer_worker(broker_url: str) -> None:
    async def work() -> None:
        async with two_brokers(broker_url) as (older, newer):
            newer.task(task_name="of-tomorrow")(_analyze)
            await send_task(older, "of-tomorrow", "job-1")
            await send_task(older, "analyze", "job-2")
            messages = older.listen()
            assert b"job-2" in (await next_message(messages)).data
            await messages.aclose()
            assert await newer.undelivered() == 1
            messages = newer.listen()
            assert b"of-tomorrow" in (await next_message(messages)).data
            await messages.aclose()

    asyncio.run(work())


def test_a_message_that_came_while_the_connection_broke_is_not_left_behind(
    broker_url: str,
) -> None:
    """As when a worker was frozen: the broker has given it the message, it never read it."""

    async def work() -> None:
        async with two_brokers(broker_url) as (broker, _), Redis.from_url(broker_url) as redis:
            broker.idle_timeout = 60_000
            await send_task(broker, "analyze", "job-1")
            group, consumer = broker.consumer_group_name, broker.consumer_name
            await redis.xreadgroup(group, consumer, {broker.queue_name: ">"})
            broker.block = 120_000
            messages = broker.listen()
            waiting = asyncio.ensure_future(next_message(messages))

            async def is_blocked() -> bool:
                clients: dict[str, int] = await redis.info("clients")
                return clients["blocked_clients"] > 0

            await until(is_blocked)
            assert not waiting.done()
            await redis.client_kill_filter(_type="normal", skipme=True)
            assert b"job-1" in (await waiting).data
            await messages.aclose()

    asyncio.run(work())


def test_an_unknown_task_is_put_back_without_haste(broker_url: str) -> None:
    async def work() -> None:
        async with two_brokers(broker_url) as (older, _), Redis.from_url(broker_url) as redis:
            await send_task(older, "of-tomorrow", "job-1")
            began = asyncio.get_running_loop().time()
            messages = older.listen()
            waiting = asyncio.ensure_future(next_message(messages))

            async def is_put_back_twice() -> bool:
                stream: Any = await redis.xinfo_stream(older.queue_name)
                return bool(stream["entries-added"] > 2)

            await until(is_put_back_twice)
            assert asyncio.get_running_loop().time() - began > RECONNECT_PAUSE_S
            assert not waiting.done()
            waiting.cancel()
            await asyncio.wait({waiting})
            await messages.aclose()
            assert await redis.xlen(older.queue_name) == 1

    asyncio.run(work())


def test_workers_that_are_long_gone_are_forgotten_and_those_with_messages_are_not(
    broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with two_brokers(broker_url) as (broker, other), Redis.from_url(broker_url) as redis:
            assert await broker.forget_dead() == 0
            await send_task(broker, "analyze", "job-1")
            messages = broker.listen()
            held = await next_message(messages)
            idle = asyncio.ensure_future(next_message(other.listen()))

            async def are_both_known() -> bool:
                group = broker.consumer_group_name
                return len(await redis.xinfo_consumers(broker.queue_name, group)) == 2

            await until(are_both_known)
            idle.cancel()
            assert await broker.forget_dead() == 0
            monkeypatch.setattr("app.queue.broker.DEAD_AFTER_S", 0)
            await asyncio.sleep(0.1)
            assert await broker.forget_dead() == 1
            assert await broker.undelivered() == 0
            assert b"job-1" in held.data
            await messages.aclose()

    asyncio.run(work())
