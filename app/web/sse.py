"""Server-sent events: how what is heard becomes messages, and who may open a stream.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import random
from collections.abc import AsyncIterator
from typing import Any

from litestar import Request, Response
from litestar.exceptions import PermissionDeniedException
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from app.contract.events import Connected, encode, encode_with_job
from app.progress.relay import Quiet, Relay
from app.progress.streams import StoredEvent

RETRY_MS = 3000
COME_BACK_MS = (500, 3000)

Heard = AsyncIterator[StoredEvent | Quiet]
Messages = AsyncIterator[ServerSentEventMessage]


async def as_json(heard: Heard, relay: Relay, *, of_many_jobs: bool = False) -> Messages:
    """One message for each event, its data the event's JSON, which names the job if need be."""
    async for each in heard:
        if isinstance(each, Quiet):
            yield keep_alive()
            continue
        data = encode_with_job(each.event, each.job_id) if of_many_jobs else encode(each.event)
        yield ServerSentEventMessage(
            data=data,
            event=each.event.name,
            id=str(each.id) if each.id else None,
            retry=RETRY_MS if isinstance(each.event, Connected) else None,
        )
    if relay.is_draining:
        yield come_back()


def keep_alive() -> ServerSentEventMessage:
    """A comment, so that nobody between takes the connection for dead."""
    return ServerSentEventMessage(data=None, comment="quiet")


def come_back() -> ServerSentEventMessage:
    """Ask the client to come back, each at its own time, so that not all do so at once."""
    return ServerSentEventMessage(data=None, retry=random.randint(*COME_BACK_MS))  # noqa: S311


def stream(messages: Messages) -> Response[Any]:
    """The response that sends the messages as they come."""
    return ServerSentEvent(messages, headers={"Cache-Control": "no-store"})


def refuse_foreign_pages(request: Request[Any, Any, Any]) -> None:
    """A page of another site must not listen with the cookie of this one."""
    origin = request.headers.get("origin")
    if origin and origin.partition("://")[2] != request.headers.get("host"):
        raise PermissionDeniedException("Event streams are for pages of this site only.")
