"""The level of the log of all processes, as an operator set it for a while.

Redis keeps it, so it holds for all machines and for processes that start meanwhile, and ends by
itself. Web, workers and scheduler look for it every few seconds. They tell it to the supervisor
that started them, which has no Redis, and workers to an analysis with its request.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.observability.own_level import Level, apply_level
from app.runtime.background import Background, repeat

KEY = "sialoscope:log-level"
LOOK_EVERY_S = 5
MOST_MINUTES = 24 * 60


class SetLevel(msgspec.Struct, frozen=True, kw_only=True):
    """A level that somebody set, and until when it holds (UTC)."""

    level: Level
    until: datetime
    by: str


async def set_level(redis: Redis, level: Level, *, minutes: int, by: str) -> None:
    """Set the level of the log of all processes for so many minutes; ``info`` is the usual one.

    Raises:
        redis.exceptions.RedisError: Redis cannot be reached, or refuses.
    """
    until = datetime.now(UTC) + timedelta(minutes=minutes)
    chosen = SetLevel(level=level, until=until, by=by)
    await redis.set(KEY, msgspec.json.encode(chosen), ex=minutes * 60)


async def level_now(redis: Redis) -> SetLevel | None:
    """Return the level that somebody set; None while the usual one holds.

    Raises:
        redis.exceptions.RedisError: Redis cannot be reached.
    """
    stored: Any = await redis.get(KEY)
    return msgspec.json.decode(stored, type=SetLevel) if stored else None


class LogLevel:
    """Applies the level to the log of this process, and calls ``tell`` when it has changed."""

    def __init__(self, redis: Redis, *, tell: Callable[[Level], None]) -> None:
        self._redis = redis
        self._tell = tell
        self._background = Background()

    async def start(self) -> None:
        """Look for the level in the background; returns at once."""
        self._background.start(
            repeat(
                self.look,
                every_s=LOOK_EVERY_S,
                faults=(RedisError,),
                problem="The level of the log stays as it is",
            )
        )

    async def stop(self) -> None:
        """Stop looking."""
        await self._background.stop()

    async def look(self) -> None:
        """Apply the level that holds now.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached.
        """
        chosen = await level_now(self._redis)
        level = chosen.level if chosen else Level.INFO
        if apply_level(level):
            self._tell(level)
