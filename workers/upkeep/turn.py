"""The work of the scheduler at each tick: heartbeat, sweep, alerts, and figures over time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from redis.asyncio import Redis

from app.figures import note_figures
from app.observability.log_level import LogLevel
from app.observability.metrics.tally import Tally
from app.queue.worker_registry import WorkerRegistry
from app.settings import Settings
from workers.upkeep.alert_watch import AlertWatch
from workers.upkeep.sweeper import Sweeper

# Between two looks whether it is time for the alerts and the figures, which have half a minute
# and more; of several schedulers one finds that it is.
SELDOM_S = 10
TURN = "sialoscope:scheduled:upkeep"
# Shorter than a tick, so that a scheduler finds only the key of another and not its own.
TURN_MS = 1500


class Turn(NamedTuple):
    """A part of the work, and the least seconds between two times."""

    work: Callable[[], Awaitable[None]]
    every_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Upkeep:
    """Sends the scheduler's heartbeat, and does what no other scheduler just did."""

    settings: Settings
    redis: Redis
    worker_registry: WorkerRegistry
    tally: Tally
    log_level: LogLevel
    sweeper: Sweeper
    alerts: AlertWatch

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The parts of the work, in their order; one that fails does not stop the next."""
        return (
            Turn(self.show),
            Turn(self.sweep),
            Turn(self.alerts.look, SELDOM_S),
            Turn(self.note_figures, SELDOM_S),
        )

    async def show(self) -> None:
        """Send the heartbeat of the scheduler.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached, or refuses.
        """
        await self.worker_registry.show_scheduler()

    async def sweep(self) -> None:
        """Return lost jobs to the queue and wake workers, unless another scheduler just did.

        If two do it at the same time, only an extra worker is woken: one statement returns each
        lost job.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached, or refuses.
            Exception: one of ``DATABASE_FAULTS``, or ``taskiq.exceptions.SendTaskError``.
        """
        if await self.redis.set(TURN, 1, nx=True, px=TURN_MS):
            await self.sweeper.sweep()

    async def note_figures(self) -> None:
        """Note the figures of the installation once a minute.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached, or refuses.
            Exception: one of ``DATABASE_FAULTS``.
        """
        await note_figures(self.redis)
