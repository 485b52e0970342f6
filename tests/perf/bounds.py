"""What the queue's parts can do at most: bare round trips of Redis, bare transactions."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any
from uuid import uuid4

import asyncpg
from redis import Redis

CONSUMERS = 2
TIMES = 2000


def redis_round_trips(url: str) -> float:
    """XADD, XREADGROUP and XACK of one message, per second of two consumers at once."""
    stream = uuid4().hex
    with Redis.from_url(url) as redis:
        redis.xgroup_create(stream, "bench", "0", mkstream=True)
    return _per_second(partial(_pass_messages, url, stream))


def transactions(url: str) -> float:
    """Updates of one row by its key, each its own transaction, per second of two clients."""
    if url.startswith("sqlite:///"):
        return _per_second(partial(_update_sqlite, url.removeprefix("sqlite:///")))
    return _per_second(partial(_update_postgresql, url))


def _per_second(work: Callable[[int], float]) -> float:
    with ProcessPoolExecutor(CONSUMERS, mp_context=get_context("spawn")) as pool:
        return sum(TIMES / seconds for seconds in pool.map(work, range(CONSUMERS)))


def _pass_messages(url: str, stream: str, consumer: int) -> float:
    with Redis.from_url(url) as redis:
        started = time.perf_counter()
        for _ in range(TIMES):
            redis.xadd(stream, {"data": "x"})
            read: Any = redis.xreadgroup("bench", str(consumer), {stream: ">"}, count=1)
            redis.xack(stream, "bench", read[0][1][0][0])
        return time.perf_counter() - started


def _update_sqlite(path: str, client: int) -> float:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE IF NOT EXISTS bench (id TEXT PRIMARY KEY, n INTEGER)")
    connection.execute("INSERT INTO bench VALUES (?, 0)", (str(client),))
    started = time.perf_counter()
    for _ in range(TIMES):
        connection.execute("UPDATE bench SET n = n + 1 WHERE id = ?", (str(client),))
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


def _update_postgresql(url: str, client: int) -> float:
    return asyncio.run(_update_by_asyncpg(url, client))


async def _update_by_asyncpg(url: str, client: int) -> float:
    connection = await asyncpg.connect(url)
    table = f"bench_{client}"
    await connection.execute(f"CREATE TABLE {table} (id TEXT PRIMARY KEY, n INTEGER)")
    await connection.execute(f"INSERT INTO {table} VALUES ('x', 0)")  # noqa: S608 - a number
    started = time.perf_counter()
    for _ in range(TIMES):
        await connection.execute(f"UPDATE {table} SET n = n + 1 WHERE id = $1", "x")  # noqa: S608
    seconds = time.perf_counter() - started
    await connection.close()
    return seconds
