"""Ends the streams of users who log out, are disabled, or lose their share of a job.

No event announces these: tokens expire by themselves, and accounts are disabled from the command
line too. So this process checks all its streams together every two seconds, quiet ones included.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from redis.exceptions import RedisError

from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.sharing.permission import right
from app.db.jobs.tables import Job
from app.runtime.background import Background, repeat
from app.web.http.identity.logins import Logins
from app.web.http.identity.security import User

CHECK_EVERY_S = 2.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False, slots=True)
class _Open:
    """An open stream: its user, the task that sends it, and its job, if it follows one."""

    user: User
    job: Job | None
    sending: "asyncio.Task[None] | None"


class StreamAccess:
    """Ends the streams of this web process whose users have lost access."""

    def __init__(self, logins: Logins) -> None:
        self._logins = logins
        self._open: set[_Open] = set()
        self._background = Background()

    async def start(self) -> None:
        """Start the checks in the background."""
        self._background.start(
            repeat(
                self.look,
                every_s=CHECK_EVERY_S,
                faults=(RedisError, *DATABASE_FAULTS),
                problem="The access of users to streams cannot be checked",
            )
        )

    async def stop(self) -> None:
        """Stop the checks."""
        await self._background.stop()

    def while_let_in(
        self, messages: AsyncIterator[bytes], user: User, job: Job | None = None
    ) -> AsyncIterator[bytes]:
        """Yield the messages of a stream while its user has access.

        When the user loses access, the task that reads the messages is cancelled, with the reason
        as the message of its ``CancelledError``.
        """
        return self._watched(messages, user, job) if user.can_end else messages

    async def look(self) -> None:
        """Check all open streams once, and end those without access.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached.
            Exception: One of ``DATABASE_FAULTS``.
        """
        checked = list(self._open)
        if not checked:
            return
        ended = await self._logins.why_ended({each.user for each in checked})
        for each in checked:
            reason = ended.get(each.user) or await _why_job_is_hidden(each)
            if reason and each.sending:
                each.sending.cancel(reason)

    async def _watched(
        self, messages: AsyncIterator[bytes], user: User, job: Job | None
    ) -> AsyncIterator[bytes]:
        this = _Open(user, job, asyncio.current_task())
        self._open.add(this)
        try:
            async for message in messages:
                yield message
                del message  # or it stays in memory until the next message
        finally:
            self._open.discard(this)


async def _why_job_is_hidden(stream: _Open) -> str:
    """Why the user may no longer see the job of a stream; empty if they may."""
    job = stream.job
    if job is None or await right(job, stream.user.name) is not None:
        return ""
    return "the job is no longer shared with them"
