"""Sends event streams outside of Litestar's request, so that an open stream costs little.

Litestar routes, authenticates and admits the request and sends the headers. Then it frees what it
used for the request, and this application sends the messages itself. An open stream costs two
small tasks, and its messages skip the middleware.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, NamedTuple

from litestar import Litestar, Request, Response
from litestar.response.base import ASGIResponse
from litestar.types import HTTPResponseBodyEvent, Receive, Scope, Send

from app.observability.logs import marked, marks
from app.web.http.answers.request_log import logged_request
from app.web.streaming.event_docs import EVENT_STREAM
from app.web.streaming.stream_end import LOST_ACCESS, WEB_STOPS, StreamEnd

HEADERS = {"Cache-Control": "no-store", "Connection": "keep-alive", "X-Accel-Buffering": "no"}
# The key in the request's state under which the stream waits until Litestar has returned.
STREAM = "stream"

logger = logging.getLogger(__name__)


class OpenStream(NamedTuple):
    """The messages of a stream, with the ids of its request, job and user for the log."""

    messages: AsyncIterator[bytes]
    marks: dict[str, str]


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
        stream: OpenStream | None = scope.get("state", {}).pop(STREAM, None)
        del scope
        if stream is not None:
            with marked(**stream.marks):
                await self._send_and_log_end(stream.messages, receive, send)

    async def _send_and_log_end(
        self, messages: AsyncIterator[bytes], receive: Receive, send: Send
    ) -> None:
        sending, start = asyncio.create_task(_send(messages, send)), time.monotonic()
        del messages
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            why, duration_s = self._why(sending), time.monotonic() - start
            logger.info("An event stream ended: %s. It was open for %.1f s.", why, duration_s)
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending

    def _why(self, sending: "asyncio.Task[str]") -> str:
        """Why a stream ended. Its connection ends after its messages, unless the client left."""
        if not sending.done():
            return WEB_STOPS if self.state.relay.is_draining else "the client left"
        if sending.cancelled():
            return _lost_access(sending)
        if error := sending.exception():
            return f"an error ({type(error).__name__})"
        return sending.result()


class EventStream(Response[None]):
    """A response that sends messages as they arrive; ``job_id`` is for the log."""

    def __init__(self, messages: AsyncIterator[bytes], *, job_id: str | None = None) -> None:
        super().__init__(None)
        self._messages = messages
        self._job_id = job_id

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **_: Any) -> ASGIResponse:  # noqa: ANN401, ARG002
        """The response with the headers alone."""
        return _HeadersOnly(self._messages, self._job_id)


def _lost_access(sending: "asyncio.Task[str]") -> str:
    """The check that failed is the message with which ``StreamAccess`` cancelled the task."""
    try:
        sending.result()
    except asyncio.CancelledError as cancelled:
        return LOST_ACCESS.format(str(cancelled) or "the stream was cancelled")
    raise AssertionError


class _HeadersOnly(ASGIResponse):
    _should_set_content_length = False

    def __init__(self, messages: AsyncIterator[bytes], job_id: str | None) -> None:
        super().__init__(headers=HEADERS, media_type=EVENT_STREAM)
        self._messages = messages
        self._job_id = job_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await self.start_response(send)
        user = scope.get("user")
        with marked(job=self._job_id, user=getattr(user, "name", None)):
            scope["state"][STREAM] = OpenStream(self._messages, marks())


async def _send(messages: AsyncIterator[bytes], send: Send) -> str:
    """Send all messages, and return why there are no more."""
    try:
        async for message in messages:
            await send(_body(message, more_body=True))
            del message  # or it stays in memory until the next message
    except StreamEnd as end:
        return str(end)
    finally:  # after an error too, so that the client reconnects
        await send(_body(b"", more_body=False))
    return "the job ended" if "job" in marks() else "there are no more events"


def _body(body: bytes, *, more_body: bool) -> HTTPResponseBodyEvent:
    return {"type": "http.response.body", "body": body, "more_body": more_body}
