"""How a stream ends that its user may follow no more: logged out, disabled, or not shared with."""

import time
from collections.abc import AsyncIterator

from app.db.shares import right
from app.db.tables import Job
from app.web.security import User, is_let_in

# A quiet stream has a sign of life every 15 s, so that this is noticed soon after.
LOOKED_AT_EVERY_S = 10


def while_let_in(
    messages: AsyncIterator[bytes], user: User, job: Job | None = None
) -> AsyncIterator[bytes]:
    """The messages of a stream until its user may not have them; a local user always may."""
    return _while_let_in(messages, user, job) if user.has_account else messages


async def _while_let_in(
    messages: AsyncIterator[bytes], user: User, job: Job | None
) -> AsyncIterator[bytes]:
    looked_at = time.monotonic()
    async for message in messages:
        if time.monotonic() - looked_at >= LOOKED_AT_EVERY_S:
            if not await is_let_in(user) or (job and await right(job, user.name) is None):
                return
            looked_at = time.monotonic()
        yield message
        del message  # or it would be kept until the next
