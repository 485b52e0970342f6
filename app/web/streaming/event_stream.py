"""Sends event streams outside of Litestar's request, so that an open stream costs little.

Litestar routes, authenticates and admits the request and sends the headers. Then it frees what it
used for the request, and this application sends the messages itself. An open stream costs two
small tasks, and its messages skip the middleware.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from litestar import Litestar, Request, Response
from litestar.response.base import ASGIResponse
from litestar.types import HTTPResponseBodyEvent, Receive, Scope, Send

from app.web.http.request_log import logged_request
from app.web.streaming.event_docs import EVENT_STREAM

HEADERS = {"Cache-Control": "no-store", "Connection": "keep-alive", "X-Accel-Buffering": "no"}
# The key in the request's state under which the messages wait until Litestar has returned.
MESSAGES = "messages"


class Application(Litestar):
    """Litestar, which also sends the event streams that its handlers open."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        """Answer a request, then send the messages of its stream, if it opened one."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        scope = scope.copy()  # what handlers add to it must not live as long as the stream
        with logged_request(scope, send) as logged_send:
            await super().__call__(scope, receive, logged_send)
        messages = scope.get("state", {}).pop(MESSAGES, None)
        del scope
        if messages is not None:
            await _send_while_connected(messages, receive, send)


class EventStream(Response[None]):
    """A response that sends messages as they arrive."""

    def __init__(self, messages: AsyncIterator[bytes]) -> None:
        super().__init__(None)
        self._messages = messages

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **_: Any) -> ASGIResponse:  # noqa: ANN401, ARG002
        """The response with the headers alone."""
        return _HeadersOnly(self._messages)


class _HeadersOnly(ASGIResponse):
    _should_set_content_length = False

    def __init__(self, messages: AsyncIterator[bytes]) -> None:
        super().__init__(headers=HEADERS, media_type=EVENT_STREAM)
        self._messages = messages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await self.start_response(send)
        scope["state"][MESSAGES] = self._messages


async def _send_while_connected(
    messages: AsyncIterator[bytes], receive: Receive, send: Send
) -> None:
    """Send until the messages end or the client disconnects."""
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
            del message  # or it stays in memory until the next message
    finally:  # after an error too, so that the client reconnects
        await send(_body(b"", more_body=False))


def _body(body: bytes, *, more_body: bool) -> HTTPResponseBodyEvent:
    return {"type": "http.response.body", "body": body, "more_body": more_body}
