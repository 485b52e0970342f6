"""The registry of workers in Redis: their heartbeats, and which of them are drained.

Each worker sends a heartbeat every few seconds, and its answer says whether the worker is drained.
A silent worker stays listed for an hour. Times are those of the Redis server, so the clocks of the
machines need not agree.
"""

from typing import Any

import msgspec
from redis.asyncio import Redis

from app.queue.heartbeats import HeartbeatMessage, Seen, Silence

WORKERS = "sialoscope:workers"
# The time of the last heartbeat of any worker and of any scheduler; it stays when they end.
LAST_WORKER = "sialoscope:last:worker"
LAST_SCHEDULER = "sialoscope:last:scheduler"
KEPT_S = 3600

# KEYS: all workers by the time of their last heartbeat, this worker's heartbeat, who drained it,
# and the time of the last heartbeat of any worker. ARGV: the worker, its heartbeat, and for how
# many seconds this is kept. Returns whether this worker is drained.
SHOW = """
local now = redis.call('TIME')
redis.call('ZADD', KEYS[1], now[1] + now[2] / 1e6, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now[1] - ARGV[3])
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
redis.call('SET', KEYS[4], now[1])
return redis.call('EXPIRE', KEYS[3], ARGV[3])
"""
SHOW_SCHEDULER = "return redis.call('SET', KEYS[1], redis.call('TIME')[1])"
# The same keys. ARGV: the worker, who drains it, and for how many seconds this is kept. Returns
# whether the worker exists.
DRAIN = """
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('SET', KEYS[3], ARGV[2], 'EX', ARGV[3])
return 1
"""


class WorkerNotFoundError(Exception):
    """The worker does not exist, or has been silent for an hour."""


class WorkerRegistry:
    """Reads and writes the registry. Every call may raise ``redis.exceptions.RedisError``."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._show = redis.register_script(SHOW)
        self._drain = redis.register_script(DRAIN)
        self._show_scheduler = redis.register_script(SHOW_SCHEDULER)

    async def show(self, heartbeat: HeartbeatMessage) -> bool:
        """Record the heartbeat of a worker, and return whether the worker is drained."""
        args: list[str | bytes | int] = [heartbeat.worker, msgspec.json.encode(heartbeat), KEPT_S]
        return bool(await self._show(keys=[*_keys(heartbeat.worker), LAST_WORKER], args=args))

    async def show_scheduler(self) -> None:
        """Record the heartbeat of a scheduler."""
        await self._show_scheduler(keys=[LAST_SCHEDULER])

    async def silence(self) -> Silence:
        """Return how long all workers, and all schedulers, have been silent."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.time()
            pipe.mget([LAST_WORKER, LAST_SCHEDULER])
            (seconds, _), lasts = await pipe.execute()
        worker_s, scheduler_s = (
            None if last is None else max(0.0, float(seconds) - float(last)) for last in lasts
        )
        return Silence(worker_s, scheduler_s)

    async def leave(self, worker: str) -> None:
        """Remove a worker that ends normally."""
        everybody, *own = _keys(worker)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.zrem(everybody, worker)
            pipe.delete(*own)
            await pipe.execute()

    async def seen(self) -> list[Seen]:
        """Return the workers of the last hour, sorted by name."""
        (seconds, fraction), found = await self._heartbeat_times()
        now = seconds + fraction / 1e6
        moments = {worker.decode(): moment for worker, moment in found}
        names = sorted(moments)
        if not names:
            return []
        keys = [key for name in names for key in _keys(name)[1:]]
        values: list[Any] = await self._redis.mget(keys)
        rows = zip(names, values[::2], values[1::2], strict=True)
        return [
            Seen(
                heartbeat=msgspec.json.decode(heartbeat, type=HeartbeatMessage),
                silent_s=max(0.0, now - moments[name]),
                drained_by=by.decode() if by else None,
            )
            for name, heartbeat, by in rows
            if heartbeat
        ]

    async def alive(self) -> list[Seen]:
        """Return the workers that are not silent."""
        return [each for each in await self.seen() if not each.is_silent]

    async def host_of(self, worker: str) -> str:
        """Return the name of the machine of a worker.

        Raises:
            WorkerNotFoundError: there is no such worker.
        """
        for each in await self.seen():
            if each.heartbeat.worker == worker:
                return each.heartbeat.host
        raise _not_found(worker)

    async def places(self) -> int:
        """Return how many jobs can run at once."""
        return sum(each.heartbeat.places for each in await self.alive() if each.takes_jobs)

    async def drain(self, worker: str, *, by: str) -> None:
        """Stop a worker from taking new jobs until it is resumed; it finishes its current ones.

        Raises:
            WorkerNotFoundError: there is no such worker.
        """
        if not await self._drain(keys=_keys(worker), args=[worker, by, KEPT_S]):
            raise _not_found(worker)

    async def resume(self, worker: str) -> None:
        """Let a worker take jobs again.

        Raises:
            WorkerNotFoundError: there is no such worker.
        """
        everybody, _, drained = _keys(worker)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.zscore(everybody, worker)
            pipe.delete(drained)
            is_there, _ = await pipe.execute()
        if is_there is None:
            raise _not_found(worker)

    async def _heartbeat_times(self) -> Any:  # noqa: ANN401 - redis-py's answers
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.time()
            pipe.zrange(WORKERS, 0, -1, withscores=True)
            return await pipe.execute()


def _keys(worker: str) -> list[str]:
    return [WORKERS, f"{WORKERS}:{worker}", f"{WORKERS}:{worker}:drained"]


def _not_found(worker: str) -> WorkerNotFoundError:
    return WorkerNotFoundError(f"There is no worker {worker}; it may have ended meanwhile.")
