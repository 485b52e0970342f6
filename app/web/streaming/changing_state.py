"""An event stream of something that is looked at again and again, until it has ended."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import msgspec
from litestar.response.sse import ServerSentEventMessage

from app.progress.relay import Relay
from app.web.streaming.sse import KEEP_ALIVE, RETRY_MS, reconnect_soon
from app.web.streaming.stream_end import GONE, WEB_STOPS, StreamEnd

LOOK_EVERY_S = 0.5
# A comment keeps the connection open while nothing changes.
QUIET_LOOKS = 30
State = TypeVar("State", bound=msgspec.Struct)


async def state_events(
    look: Callable[[], Awaitable[State]],
    goes_on: Callable[[State], bool],
    relay: Relay,
    *,
    gone: tuple[type[Exception], ...],
) -> AsyncIterator[bytes]:
    """Yield the state whenever it has changed, as ``progress``, and the last one as ``ended``.

    ``gone`` are the errors of ``look`` when there is nothing any more that the user may see.

    Raises:
        StreamEnd: this process is about to stop, or there is nothing to see any more.
    """
    last, quiet = b"", 0
    while not relay.is_draining:
        try:
            seen = await look()
        except gone:
            raise StreamEnd(GONE) from None
        state = msgspec.json.encode(seen)
        if state != last:
            yield _message("progress" if goes_on(seen) else "ended", state)
        elif (quiet := quiet + 1) % QUIET_LOOKS == 0:
            yield KEEP_ALIVE
        if not goes_on(seen):
            return
        last = state
        await asyncio.sleep(LOOK_EVERY_S)
    yield reconnect_soon()
    raise StreamEnd(WEB_STOPS)


def _message(name: str, data: bytes) -> bytes:
    message = ServerSentEventMessage(data=data.decode(), event=name, retry=RETRY_MS)
    return message.encode()
