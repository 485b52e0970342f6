"""A Redis that refuses, hangs or is killed for a while: all goes on when it is back."""

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from redis import Redis as Connection
from redis.asyncio import Redis
from redis.exceptions import ResponseError
from taskiq import AckableMessage

from app.contract.events import Log
from app.contract.tasks import QUEUE
from app.progress.publisher import Publisher
from app.progress.relay import Relay
from app.progress.streams import StoredEvent, key_of
from app.queue.broker import StreamBroker, create_broker, send_task
from tests.servers import Valkey, wait_until

JOB = "job-1"
ANSWER_TIMEOUT_S = 0.3


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """One that keeps what it has in snapshots, and refuses to write while it cannot make any."""
    server = Valkey(tmp_path, ("save 3600 1", "dbfilename dump.rdb"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("progress.relay", "web.streaming.job_events"):
        monkeypatch.setattr(f"app.{module}.ANSWER_TIMEOUT_S", ANSWER_TIMEOUT_S)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


def url_of(valkey: Valkey) -> str:
    return f"redis://127.0.0.1:{valkey.port}/0"


def refuse(valkey: Valkey, refuses: bool) -> None:
    """Let snapshots fail, as with a full disk, and with them every write (MISCONF)."""
    in_the_way = valkey.folder / "dump.rdb"
    with Connection(port=valkey.port) as redis:
        if refuses:
            in_the_way.unlink(missing_ok=True)
            in_the_way.mkdir()
        else:
            in_the_way.rmdir()
        redis.bgsave()
        wait_until(lambda: takes_writes(redis) is not refuses)


def takes_writes(redis: "Connection") -> bool:
    try:
        redis.set("x", 1)
    except ResponseError as error:
        if "MISCONF" not in str(error):
            raise
        return False
    return True


def a_broker(valkey: Valkey) -> StreamBroker:
    broker = create_broker(url_of(valkey))
    broker.block = 50
    broker.task(task_name="analyze")(_analyze)
    return broker


async def _analyze() -> None:
    """Known by its name; no test runs it."""


async def in_queue(valkey: Valkey) -> int:
    async with Redis.from_url(url_of(valkey)) as redis:
        return int(await redis.xlen(QUEUE))


async def acknowledged(message: AckableMessage) -> None:
    done: Any = message.ack()
    await done


def test_an_acknowledgement_that_is_refused_is_repeated_until_it_is_taken(valkey: Valkey) -> None:
    async def work() -> None:
        broker = a_broker(valkey)
        await broker.startup()
        await send_task(broker, "analyze")
        messages = broker.listen()
        message = await anext(messages)
        await asyncio.to_thread(refuse, valkey, True)
        acknowledging = asyncio.create_task(acknowledged(message))
        await asyncio.sleep(0.5)
        assert not acknowledging.done()
        await asyncio.to_thread(refuse, valkey, False)
        await acknowledging
        assert await in_queue(valkey) == 0
        await messages.aclose()
        await broker.shutdown()

    run(work())


def test_a_worker_goes_on_listening_to_a_redis_that_refuses_and_has_lost_the_queue(
    valkey: Valkey,
) -> None:
    async def work() -> None:
        broker = a_broker(valkey)
        await broker.startup()
        messages = broker.listen()
        following = asyncio.ensure_future(anext(messages))
        await asyncio.sleep(0.2)
        with Connection(port=valkey.port) as redis:
            redis.delete(QUEUE)
        await asyncio.to_thread(refuse, valkey, True)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(refuse, valkey, False)
        await send_task(broker, "analyze")
        assert (await following).data
        await messages.aclose()
        await broker.shutdown()

    run(work())


def test_a_task_that_this_version_does_not_know_is_put_back_when_redis_takes_it(
    valkey: Valkey,
) -> None:
    async def work() -> None:
        broker = a_broker(valkey)
        await broker.startup()
        await send_task(broker, "of a newer version")
        await asyncio.to_thread(refuse, valkey, True)
        messages = broker.listen()
        following = asyncio.ensure_future(anext(messages))
        await asyncio.sleep(0.5)
        assert not following.done()
        await asyncio.to_thread(refuse, valkey, False)
        await send_task(broker, "analyze")
        assert b"analyze" in (await following).data
        await messages.aclose()
        await broker.shutdown()

    run(work())


@pytest.mark.parametrize("how", ["killed", "hangs"])
def test_a_follower_waits_for_redis_and_hears_what_follows(valkey: Valkey, how: str) -> None:
    async def work() -> None:
        async with Redis.from_url(url_of(valkey)) as redis:
            relay, publisher = Relay(redis, keep_alive_s=0.5), Publisher(redis)
            await relay.start()
            async with aclosing(relay.follow(key_of(JOB))) as heard:
                await publisher.publish(JOB, Log(level="info", message="1"), owner="ada")
                assert await next_message(heard) == "1"
                await asyncio.to_thread(redis_is_away, valkey, how)
                for _ in range(3):
                    assert await anext(heard) == []
                await asyncio.to_thread(redis_is_back, valkey, how)
                async with Redis.from_url(url_of(valkey)) as restarted:
                    event = Log(level="info", message="2")
                    await Publisher(restarted).publish(JOB, event, owner="ada")
                assert await next_message(heard) == "2"
            await relay.stop()

    run(work())


def redis_is_away(valkey: Valkey, how: str) -> None:
    assert valkey.process
    with Connection(port=valkey.port) as redis:
        redis.save()
    if how == "killed":
        valkey.kill()
    else:
        valkey.process.send_signal(signal.SIGSTOP)


def redis_is_back(valkey: Valkey, how: str) -> None:
    assert valkey.process
    if how == "killed":
        valkey.start()
    else:
        valkey.process.send_signal(signal.SIGCONT)


async def next_message(heard: Any) -> str:  # noqa: ANN401 - an async generator
    while True:
        found = await anext(heard)
        if isinstance(found, list) and found and isinstance(found[0], StoredEvent):
            event = found[0].event
            assert isinstance(event, Log)
            return event.message
