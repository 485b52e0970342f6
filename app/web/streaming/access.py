"""How a stream ends that its user may follow no more: logged out, disabled, or not shared with.

Nobody tells of it: a token runs out by itself, and accounts are disabled from the command line too.
So one look every two seconds serves all streams of this web process, quiet ones as well.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from redis.exceptions import RedisError

from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.shares import right
from app.db.jobs.tables import Job
from app.runtime.background import Background
from app.web.http.security import Logins, User

LOOKED_EVERY_S = 2.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False, slots=True)
class _Open:
    """A stream that is being sent: to whom, by which task, and of which job where it is one's."""

    user: User
    job: Job | None
    sending: "asyncio.Task[None] | None"


class StreamAccess:
    """Ends the streams of this web process whose users may have them no longer."""

    def __init__(self, logins: Logins) -> None:
        self._logins = logins
        self._open: set[_Open] = set()
        self._background = Background()

    async def start(self) -> None:
        """Begin to look; returns at once."""
        self._background.start(self._look_for_ever())

    async def stop(self) -> None:
        """Look no more."""
        await self._background.stop()

    def while_let_in(
        self, messages: AsyncIterator[bytes], user: User, job: Job | None = None
    ) -> AsyncIterator[bytes]:
        """The messages of a stream until its user may not have them.

        The task that takes them is cancelled then, whatever it waits for.
        """
        return self._watched(messages, user, job) if user.can_end else messages

    async def look(self) -> None:
        """End what is to be ended.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached.
            Exception: one of ``DATABASE_FAULTS``.
        """
        looked_at = list(self._open)
        let_in = await self._logins.still_hold({each.user for each in looked_at})
        for each in looked_at:
            if each.sending and not (each.user in let_in and await _sees(each)):
                each.sending.cancel()

    async def _watched(
        self, messages: AsyncIterator[bytes], user: User, job: Job | None
    ) -> AsyncIterator[bytes]:
        this = _Open(user, job, asyncio.current_task())
        self._open.add(this)
        try:
            async for message in messages:
                yield message
                del message  # or it would be kept until the next
        finally:
            self._open.discard(this)

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(LOOKED_EVERY_S)
            try:
                await self.look()
            except (RedisError, *DATABASE_FAULTS) as error:
                logger.warning("Who may follow streams cannot be seen just now: %s", error)


async def _sees(stream: _Open) -> bool:
    """Whether the job of a stream is still its user's, or shared with them."""
    job = stream.job
    return job is None or await right(job, stream.user.name) is not None
