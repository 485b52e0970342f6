"""Ends the live board when its reader logs out or is no longer an administrator."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from litestar import Request
from litestar.response.sse import ServerSentEventMessage

from app.web.http.security import Logins, User, user_of

ENDED = ServerSentEventMessage(data="", event="ended").encode()


async def while_administrator(
    messages: AsyncGenerator[bytes, None], request: Request[User, Any, Any]
) -> AsyncIterator[bytes]:
    """Yield the messages of a stream while its user is a logged-in administrator.

    The check runs before each message: there are few, and they show the data of all users.
    """
    async with aclosing(messages):
        async for message in messages:
            if not await _is_administrator(request):
                yield ENDED
                return
            yield message


async def _is_administrator(request: Request[User, Any, Any]) -> bool:
    """Whether the login still holds, and its account is still an administrator's."""
    if await Logins(request.app.state.sessions).why_ended({request.user}):
        return False
    user = await user_of(request)
    return user is not None and user.role == "admin"
