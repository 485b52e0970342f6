"""Server-sent events: how what is heard becomes messages.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import random
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import lru_cache

from litestar.response.sse import ServerSentEventMessage

from app.contract.events import Connected, encode, encode_with_job
from app.progress.relay import Relay
from app.progress.streams import EventId, StoredEvent

RETRY_MS = 3000
COME_BACK_MS = (500, 3000)
# A comment, so that nobody between takes the connection for dead.
KEEP_ALIVE = ServerSentEventMessage(data=None, comment="quiet").encode()
# How much is sent at once: a client that reads slowly holds so much, and the rest stays shared.
CHUNK_BYTES = 65_536
MESSAGES_KEPT = 512

Told = AsyncIterator[list[StoredEvent]]


async def as_json(
    told: AsyncIterator[Sequence[StoredEvent | EventId]],
    relay: Relay,
    *,
    of_many_jobs: bool = False,
) -> AsyncIterator[bytes]:
    """One message for each event, its data the event's JSON, which names the job if need be.

    A place alone becomes an id without data: clients note it and hear nothing.
    """
    async for events in told:
        chunks = _joined(_message(stored, of_many_jobs) for stored in events) or [KEEP_ALIVE]
        del events  # here and below: or it would be kept until the next
        while chunks:
            yield chunks.pop(0)
    if relay.is_draining:
        yield come_back()


def come_back() -> bytes:
    """Ask the client to come back, each at its own time, so that not all do so at once."""
    retry = random.randint(*COME_BACK_MS)  # noqa: S311
    return ServerSentEventMessage(data=None, retry=retry).encode()


@lru_cache(MESSAGES_KEPT)  # made once for all who follow
def _message(stored: StoredEvent | EventId, of_many_jobs: bool) -> bytes:
    if isinstance(stored, EventId):
        return ServerSentEventMessage(data=None, id=str(stored)).encode()
    data = encode_with_job(stored.event, stored.job_id) if of_many_jobs else encode(stored.event)
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
