"""The event stream of an action on many jobs: its progress until its last job."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
from litestar.response.sse import ServerSentEventMessage

from app.db.jobs.bulk_actions import bulk_action
from app.progress.relay import Relay
from app.web.features.bulk.views import bulk_view
from app.web.streaming.sse import KEEP_ALIVE, RETRY_MS, reconnect_soon
from app.web.streaming.stream_end import WEB_STOPS, StreamEnd

LOOK_EVERY_S = 0.5
# A comment keeps the connection open while nothing changes.
QUIET_LOOKS = 30


async def bulk_events(action_id: str, owner: str, relay: Relay) -> AsyncIterator[bytes]:
    """Yield the state of an action whenever it has changed, the last one as ``ended``.

    Raises:
        StreamEnd: This process is about to stop.
        BulkActionNotFoundError: The action was forgotten meanwhile.
    """
    last, quiet = b"", 0
    while not relay.is_draining:
        seen = bulk_view(await bulk_action(action_id, owner=owner))
        state = msgspec.json.encode(seen)
        if state != last:
            yield _message("progress" if seen.is_running else "ended", state)
        elif (quiet := quiet + 1) % QUIET_LOOKS == 0:
            yield KEEP_ALIVE
        if not seen.is_running:
            return
        last = state
        await asyncio.sleep(LOOK_EVERY_S)
    yield reconnect_soon()
    raise StreamEnd(WEB_STOPS)


def _message(name: str, data: bytes) -> bytes:
    message = ServerSentEventMessage(data=data.decode(), event=name, retry=RETRY_MS)
    return message.encode()
