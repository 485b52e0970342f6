"""How an event stream outlives the request that opened it.

Litestar answers the request: it routes, checks, admits and sends the headers. Then all that it
needed for that is given back, and the application sends the messages itself. A stream that stands
costs two small tasks, and a message does not pass the middleware.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from litestar import Litestar, Request, Response
from litestar.response.base import ASGIResponse
from litestar.types import HTTPResponseBodyEvent, Receive, Scope, Send

from app.web.http.request_log import observed
from app.web.streaming.event_docs import EVENT_STREAM

HEADERS = {"Cache-Control": "no-store", "Connection": "keep-alive", "X-Accel-Buffering": "no"}
# Where in the request's state the messages wait until Litestar has returned.
MESSAGES = "messages"


class Application(Litestar):
    """Litestar, and the event streams that it opened."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        """Answer a request; then send the messages of its stream, if it opened one."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        scope = scope.copy()  # what is put into it shall not live as long as the stream
        with observed(scope, send) as send_and_see:
            await super().__call__(scope, receive, send_and_see)
        messages = scope.get("state", {}).pop(MESSAGES, None)
        del scope
        if messages is not None:
            await _send_while_heard(messages, receive, send)


class EventStream(Response[None]):
    """The response that sends the messages as they come."""

    def __init__(self, messages: AsyncIterator[bytes]) -> None:
        super().__init__(None)
        self._messages = messages

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **_: Any) -> ASGIResponse:  # noqa: ANN401, ARG002
        """Only the head."""
        return _Head(self._messages)


class _Head(ASGIResponse):
    _should_set_content_length = False

    def __init__(self, messages: AsyncIterator[bytes]) -> None:
        super().__init__(headers=HEADERS, media_type=EVENT_STREAM)
        self._messages = messages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await self.start_response(send)
        scope["state"][MESSAGES] = self._messages


async def _send_while_heard(messages: AsyncIterator[bytes], receive: Receive, send: Send) -> None:
    """Send until the messages end or the client has gone."""
    sending = asyncio.create_task(_send(messages, send))
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    finally:
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending


async def _send(messages: AsyncIterator[bytes], send: Send) -> None:
    try:
        async for message in messages:
            await send(_body(message, more_body=True))
            del message  # or it would be kept until the next
    finally:  # after an error too, so that the client comes back
        await send(_body(b"", more_body=False))


def _body(body: bytes, *, more_body: bool) -> HTTPResponseBodyEvent:
    return {"type": "http.response.body", "body": body, "more_body": more_body}
