"""Figures of the installation over time: queue, workers, Redis, database and storage.

The scheduler notes them once a minute in a list in Redis, which keeps those of a day.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec
from redis.asyncio import Redis

from app.contract.tasks import JobState
from app.db.queue_state import queue_now
from app.disk_usage import last_measured
from app.queue.worker_registry import WorkerRegistry

KEY = "sialoscope:figures"
TURN = "sialoscope:scheduled:figures"
# Shorter than a minute, so that the next tick of the scheduler after a minute notes the next ones.
TURN_MS = 58_500
MOST = 24 * 60
KEPT_S = 2 * 86_400


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a moment (UTC).

    ``places`` is how many jobs the living workers run at once. The bytes of database and storage
    are those of the last measurement, null before the first one.
    """

    since: datetime
    waiting: int
    running: int
    workers: int
    places: int
    redis_bytes: int
    redis_clients: int
    database_bytes: int | None
    storage_bytes: int | None


async def note_figures(redis: Redis) -> None:
    """Note the figures of now, unless another scheduler did so within the last minute.

    Raises:
        redis.exceptions.RedisError: Redis cannot be reached, or refuses.
        Exception: one of ``DATABASE_FAULTS``.
    """
    if not await redis.set(TURN, 1, nx=True, px=TURN_MS):
        return
    encoded = msgspec.json.encode(await _figures_now(redis))
    async with redis.pipeline(transaction=True) as pipe:
        pipe.lpush(KEY, encoded)
        pipe.ltrim(KEY, 0, MOST - 1)
        pipe.expire(KEY, KEPT_S)
        await pipe.execute()


async def latest_figures(redis: Redis, number: int) -> list[Figures]:
    """Return the last so many figures, the oldest first.

    Raises:
        redis.exceptions.RedisError: Redis cannot be reached.
    """
    stored: Any = await redis.lrange(KEY, 0, number - 1)
    return [msgspec.json.decode(each, type=Figures) for each in reversed(stored)]


async def _figures_now(redis: Redis) -> Figures:
    queue = await queue_now()
    alive = await WorkerRegistry(redis).alive()
    info: dict[str, Any] = await redis.info()
    sizes = await last_measured(redis)
    return Figures(
        since=datetime.now(UTC),
        waiting=queue.jobs.get(JobState.QUEUED, 0),
        running=queue.jobs.get(JobState.RUNNING, 0),
        workers=len(alive),
        places=sum(each.heartbeat.places for each in alive if each.takes_jobs),
        redis_bytes=int(info["used_memory"]),
        redis_clients=int(info["connected_clients"]),
        database_bytes=sizes.database.bytes if sizes else None,
        storage_bytes=sum(sizes.storage.bytes.values()) if sizes else None,
    )
