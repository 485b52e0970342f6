"""Endpoints for ``sialoscope ping`` and ``doctor``: test events, and how a request arrived."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import Parameter

from app.contract.events import Connected, is_terminal
from app.progress.probes import Probes, stream_of
from app.progress.relay import Gap, Relay
from app.progress.streams import EventId, StoredEvent
from app.web.streaming.event_docs import EVENT_STREAM
from app.web.streaming.event_stream import EventStream
from app.web.streaming.limits import StreamLimits
from app.web.streaming.sse import as_json

WHO = "probe"
# The stream of a trial that broke off ends with the second keep-alive comment.
MOST_QUIET = 2

Ticket = Annotated[str, Parameter(query="ticket", default="", max_length=64)]


@get("/health/seen", exclude_from_auth=True, skip_session=True, include_in_schema=False)
async def show_seen(
    request: Request[Any, Any, Any], probes: Probes, ticket: Ticket
) -> dict[str, Any]:
    """How a request with a ticket arrived: host, scheme, and the client's apparent address."""
    await _require_ticket(probes, ticket)
    return {
        "host": request.headers.get("host", ""),
        "scheme": request.url.scheme,
        "client": request.client.host if request.client else "",
        "port": request.client.port if request.client else 0,
        "forwarded_for": request.headers.get("x-forwarded-for", ""),
        "forwarded_proto": request.headers.get("x-forwarded-proto", ""),
    }


@get(
    "/health/events",
    media_type=EVENT_STREAM,
    exclude_from_auth=True,
    skip_session=True,
    include_in_schema=False,
)
async def follow_probe(
    probes: Probes, relay: Relay, limits: StreamLimits, ticket: Ticket
) -> Response[Any]:
    """Stream the test events of a ticket until its trial ends."""
    await _require_ticket(probes, ticket)
    key = stream_of(ticket)
    messages = as_json(_until_end(relay, key, await relay.streams.tip(key)), relay)
    return EventStream(await limits.admit(WHO, messages))


async def _require_ticket(probes: Probes, ticket: str) -> None:
    if not await probes.is_under_way(ticket):
        raise NotFoundException("There is nothing at this address.")


async def _until_end(relay: Relay, key: str, after: EventId) -> AsyncIterator[list[StoredEvent]]:
    yield [StoredEvent(None, Connected())]
    quiet = 0
    async for heard in relay.follow(key, after=after):
        if isinstance(heard, Gap):
            return
        quiet = 0 if heard else quiet + 1
        yield heard
        if quiet == MOST_QUIET or any(is_terminal(stored.event) for stored in heard):
            return


HANDLERS = [show_seen, follow_probe]
