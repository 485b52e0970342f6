"""Which workers there are, how they are, and which of them shall take no more jobs.

Each worker shows itself in Redis every few seconds and learns there whether it is drained. One that
stays silent is kept in sight for an hour. Times are those of the Redis server, so the clocks of
machines need not agree.
"""

from typing import Any, NamedTuple

import msgspec
from redis.asyncio import Redis

WORKERS = "sialoscope:workers"
# When any worker, and any scheduler, showed itself last; it stays when they leave.
LAST_WORKER = "sialoscope:last:worker"
LAST_SCHEDULER = "sialoscope:last:scheduler"
SHOWN_EVERY_S = 2
# Four signs that did not come.
SILENT_AFTER_S = 8
KEPT_S = 3600

# KEYS: all workers by the time of their last sign, this one's sign, who drained it, and the time of
# the last sign of any. Signs are ARGV[2], kept for ARGV[3] seconds. Returns whether this worker is
# drained.
SHOW = """
local now = redis.call('TIME')
redis.call('ZADD', KEYS[1], now[1] + now[2] / 1e6, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now[1] - ARGV[3])
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
redis.call('SET', KEYS[4], now[1])
return redis.call('EXPIRE', KEYS[3], ARGV[3])
"""
SHOW_SCHEDULER = "return redis.call('SET', KEYS[1], redis.call('TIME')[1])"
# The same keys; ARGV is the worker, and who drains it. Returns whether there is such a worker.
DRAIN = """
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('SET', KEYS[3], ARGV[2], 'EX', ARGV[3])
return 1
"""


class WorkerNotFoundError(Exception):
    """There is no such worker, or it has been silent for long."""


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker tells of itself.

    ``places`` is how many tasks it runs at once; ``cpu_percent`` and ``memory_bytes`` are its own
    and its analyses', 100 being one core; ``host_cpu_percent`` and ``host_memory_percent`` are of
    its whole machine. ``is_draining`` says that it takes no new job.
    """

    worker: str
    host: str
    pid: int
    version: str
    started_at: float
    places: int
    cpu_percent: float
    memory_bytes: int
    host_cpu_percent: float
    host_memory_percent: float
    is_draining: bool


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A worker by its last sign, ``silent_s`` seconds ago; ``drained_by`` is who asked for that."""

    sign: Sign
    silent_s: float
    drained_by: str | None

    @property
    def is_silent(self) -> bool:
        """Whether it ought to have shown itself since: it is dead, frozen or cut off."""
        return self.silent_s > SILENT_AFTER_S

    @property
    def takes_jobs(self) -> bool:
        """Whether jobs that wait can count on it."""
        return not self.is_silent and self.drained_by is None


class Silence(NamedTuple):
    """For how many seconds no worker and no scheduler has answered; None if none ever has."""

    workers_s: float | None
    scheduler_s: float | None

    @property
    def of_workers(self) -> bool:
        """Whether jobs wait because no worker answers."""
        return self.workers_s is None or self.workers_s > SILENT_AFTER_S

    @property
    def of_scheduler(self) -> bool:
        """Whether nobody looks after jobs whose workers fall silent."""
        return self.scheduler_s is None or self.scheduler_s > SILENT_AFTER_S


class Presence:
    """The workers as Redis knows them. Every call may raise ``redis.exceptions.RedisError``."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._show = redis.register_script(SHOW)
        self._drain = redis.register_script(DRAIN)
        self._show_scheduler = redis.register_script(SHOW_SCHEDULER)

    async def show(self, sign: Sign) -> bool:
        """Let a worker show itself; whether it is drained."""
        args: list[str | bytes | int] = [sign.worker, msgspec.json.encode(sign), KEPT_S]
        return bool(await self._show(keys=[*_keys(sign.worker), LAST_WORKER], args=args))

    async def show_scheduler(self) -> None:
        """Let a scheduler show itself."""
        await self._show_scheduler(keys=[LAST_SCHEDULER])

    async def silence(self) -> Silence:
        """For how long no worker, and no scheduler, has shown itself."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.time()
            pipe.mget([LAST_WORKER, LAST_SCHEDULER])
            (seconds, _), lasts = await pipe.execute()
        worker_s, scheduler_s = (
            None if last is None else max(0.0, float(seconds) - float(last)) for last in lasts
        )
        return Silence(worker_s, scheduler_s)

    async def leave(self, worker: str) -> None:
        """Forget a worker that ends as it should."""
        everybody, *own = _keys(worker)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.zrem(everybody, worker)
            pipe.delete(*own)
            await pipe.execute()

    async def seen(self) -> list[Seen]:
        """The workers of the last hour, by name."""
        (seconds, fraction), found = await self._everybody()
        now = seconds + fraction / 1e6
        moments = {worker.decode(): moment for worker, moment in found}
        names = sorted(moments)
        if not names:
            return []
        keys = [key for name in names for key in _keys(name)[1:]]
        told: list[Any] = await self._redis.mget(keys)
        pairs = zip(names, told[::2], told[1::2], strict=True)
        return [
            Seen(
                sign=msgspec.json.decode(sign, type=Sign),
                silent_s=max(0.0, now - moments[name]),
                drained_by=by.decode() if by else None,
            )
            for name, sign, by in pairs
            if sign
        ]

    async def alive(self) -> list[Seen]:
        """Those that show themselves now."""
        return [each for each in await self.seen() if not each.is_silent]

    async def places(self) -> int:
        """How many jobs can run at once."""
        return sum(each.sign.places for each in await self.alive() if each.takes_jobs)

    async def drain(self, worker: str, *, by: str) -> None:
        """Let a worker take no new job until told otherwise; it finishes those that it has.

        Raises:
            WorkerNotFoundError: there is no such worker.
        """
        if not await self._drain(keys=_keys(worker), args=[worker, by, KEPT_S]):
            raise _no_such(worker)

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
            raise _no_such(worker)

    async def _everybody(self) -> Any:  # noqa: ANN401 - redis-py's answers
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.time()
            pipe.zrange(WORKERS, 0, -1, withscores=True)
            return await pipe.execute()


def _keys(worker: str) -> list[str]:
    return [WORKERS, f"{WORKERS}:{worker}", f"{WORKERS}:{worker}:drained"]


def _no_such(worker: str) -> WorkerNotFoundError:
    return WorkerNotFoundError(f"There is no worker {worker}; it may have ended meanwhile.")
