"""What the scheduler does for the jobs at each tick, one of several schedulers at a time."""

from dataclasses import dataclass

from redis.asyncio import Redis

from app.observability.metrics.tally import Tally
from app.queue.worker_registry import Presence
from app.settings import Settings
from workers.sweeper import Sweeper

TURN = "sialoscope:scheduled:upkeep"
# Shorter than a tick, so that a scheduler meets the mark of another and not its own.
TURN_MS = 1500


@dataclass(frozen=True, kw_only=True)
class Upkeep:
    """Shows that there is a scheduler, and sweeps."""

    settings: Settings
    redis: Redis
    presence: Presence
    tally: Tally
    sweeper: Sweeper

    async def show(self) -> None:
        """Tell all that there is a scheduler.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached, or refuses.
        """
        await self.presence.show_scheduler()

    async def sweep(self) -> None:
        """Put lost jobs back and wake workers, unless another scheduler has just done so.

        Two that did it at one moment would only wake a worker more: each job that is lost goes back
        by one statement, whoever makes it.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached, or refuses.
            Exception: one of ``DATABASE_FAULTS``, or ``taskiq.exceptions.SendTaskError``.
        """
        if await self.redis.set(TURN, 1, nx=True, px=TURN_MS):
            await self.sweeper.sweep()
