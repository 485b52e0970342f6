"""Server-sent events: turns events into messages.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import random
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import lru_cache

import msgspec
from litestar.response.sse import ServerSentEventMessage

from app.contract.events import Connected, encode, encode_with_job, is_terminal
from app.progress.relay import Relay
from app.progress.streams import EventId, StoredEvent
from app.web.streaming.cloud_events import CloudStream, cloud_event
from app.web.streaming.stream_end import WEB_STOPS, StreamEnd

RETRY_MS = 3000
RECONNECT_MS = (500, 3000)
# A comment, so that proxies do not close a quiet connection.
KEEP_ALIVE = ServerSentEventMessage(data=None, comment="quiet").encode()
# The same as an event, because a browser's EventSource does not show comments to its page.
HEARTBEAT = ServerSentEventMessage(data="{}", event="heartbeat").encode()
# The most bytes sent at once: a slow client holds no more, and the rest stays shared.
CHUNK_BYTES = 65_536
MESSAGES_KEPT = 512

EventBatches = AsyncIterator[list[StoredEvent]]


async def as_json(
    batches: AsyncIterator[Sequence[StoredEvent | EventId]],
    relay: Relay,
    *,
    of_many_jobs: bool = False,
    when_quiet: bytes = KEEP_ALIVE,
    cloud: CloudStream | None = None,
) -> AsyncIterator[bytes]:
    """Yield a message for each event; its data is the event's JSON, with the job's id if needed.

    With ``cloud`` the data is a CloudEvent around that JSON.

    An id alone becomes a message without data: clients remember the id and raise no event. A quiet
    stream sends ``when_quiet``.

    Raises:
        StreamEnd: This process is about to stop, and more events may come.
    """
    has_ended = False
    async for events in batches:
        has_ended = not of_many_jobs and _end_a_job(events)
        chunks = _joined(_message(stored, of_many_jobs, cloud) for stored in events) or [when_quiet]
        del events  # here and below: or it stays in memory until the next batch
        while chunks:
            yield chunks.pop(0)
    if relay.is_draining and not has_ended:
        yield reconnect_soon()
        raise StreamEnd(WEB_STOPS)


def reconnect_soon() -> bytes:
    """Ask the client to reconnect after a random pause, so that not all reconnect at once."""
    retry = random.randint(*RECONNECT_MS)  # noqa: S311
    return ServerSentEventMessage(data=None, retry=retry).encode()


def _end_a_job(events: Sequence[StoredEvent | EventId]) -> bool:
    last = events[-1] if events else None
    return isinstance(last, StoredEvent) and is_terminal(last.event)


@lru_cache(MESSAGES_KEPT)  # encoded once for all clients
def _message(stored: StoredEvent | EventId, of_many_jobs: bool, cloud: CloudStream | None) -> bytes:
    if isinstance(stored, EventId):
        return ServerSentEventMessage(data=None, id=str(stored)).encode()
    data = encode_with_job(stored.event, stored.job_id) if of_many_jobs else encode(stored.event)
    if cloud:
        data = cloud_event(stored, msgspec.json.decode(data), cloud)
    return ServerSentEventMessage(
        data=data,
        event=stored.event.name,
        id=str(stored.id) if stored.id else None,
        retry=RETRY_MS if isinstance(stored.event, Connected) else None,
    ).encode()


def _joined(messages: Iterable[bytes]) -> list[bytes]:
    chunks: list[bytes] = []
    for message in messages:
        if chunks and len(chunks[-1]) + len(message) <= CHUNK_BYTES:
            chunks[-1] += message
        else:
            chunks.append(message)
    return chunks
