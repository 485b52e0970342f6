"""The event stream of a review: how far its readers are, until it is closed."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
from litestar.response.sse import ServerSentEventMessage

from app.progress.relay import Relay
from app.web.features.reviews.access import access
from app.web.features.reviews.views import review_view
from app.web.streaming.sse import KEEP_ALIVE, RETRY_MS, reconnect_soon
from app.web.streaming.stream_end import WEB_STOPS, StreamEnd

LOOK_EVERY_S = 0.5
# A comment keeps the connection open while nothing changes.
QUIET_LOOKS = 30


async def review_events(review_id: str, by: str, relay: Relay) -> AsyncIterator[bytes]:
    """Yield the review as the user may see it whenever it has changed, the last one as ``ended``.

    Raises:
        StreamEnd: this process is about to stop.
        ReviewNotFoundError: the user may no longer see it, or its job was deleted.
    """
    last, quiet = b"", 0
    while not relay.is_draining:
        seen = await review_view(await access(review_id, by))
        state = msgspec.json.encode(seen)
        if state != last:
            yield _message("progress" if seen.is_open else "ended", state)
        elif (quiet := quiet + 1) % QUIET_LOOKS == 0:
            yield KEEP_ALIVE
        if not seen.is_open:
            return
        last = state
        await asyncio.sleep(LOOK_EVERY_S)
    yield reconnect_soon()
    raise StreamEnd(WEB_STOPS)


def _message(name: str, data: bytes) -> bytes:
    message = ServerSentEventMessage(data=data.decode(), event=name, retry=RETRY_MS)
    return message.encode()
