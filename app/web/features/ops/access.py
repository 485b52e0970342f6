"""Ends the live board when its reader logs out or may no longer see the operation."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from litestar import Request
from litestar.response.sse import ServerSentEventMessage

from app.web.http.identity.authentication import user_of
from app.web.http.identity.logins import Logins
from app.web.http.identity.security import User
from app.web.streaming.stream_end import LOST_ACCESS, StreamEnd

ENDED = ServerSentEventMessage(data="", event="ended").encode()


async def while_administrator(
    messages: AsyncGenerator[bytes, None], request: Request[User, Any, Any]
) -> AsyncIterator[bytes]:
    """Yield the messages of a stream while its user is logged in and may see the operation.

    The check runs before each message: there are few, and they show the data of all users.

    Raises:
        StreamEnd: The user lost access.
    """
    async with aclosing(messages):
        async for message in messages:
            if why := await _why_hidden(request):
                yield ENDED
                raise StreamEnd(LOST_ACCESS.format(why))
            yield message


async def _why_hidden(request: Request[User, Any, Any]) -> str:
    """Why the user may no longer see the board; empty if they may."""
    ended = await Logins(request.app.state.sessions).why_ended({request.user})
    if ended:
        return ended[request.user]
    user = await user_of(request)
    may_see = user is not None and user.sees_operations
    return "" if may_see else "the account is no longer an administrator's"
