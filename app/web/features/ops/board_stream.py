"""Sends the live board every two seconds, rendered once for all administrators who watch it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable

from litestar.response.sse import ServerSentEventMessage

from app.progress.relay import Relay
from app.web.features.ops.board import Board, Ops
from app.web.streaming.sse import RETRY_MS, reconnect_soon
from app.web.streaming.stream_end import WEB_STOPS, StreamEnd

DRAWN_EVERY_S = 2.0
# How soon a stream notices that its process is about to stop.
LOOKED_EVERY_S = 0.25

Draw = Callable[[Board], str]

logger = logging.getLogger(__name__)


class BoardStream:
    """Renders the board while somebody follows it, and does nothing otherwise."""

    def __init__(self, ops: Ops, relay: Relay) -> None:
        self._ops = ops
        self._relay = relay
        self._followers = 0
        self._task: asyncio.Task[None] | None = None
        self._drawn = asyncio.Event()
        self._message = b""

    async def follow(self, draw: Draw) -> AsyncGenerator[bytes, None]:
        """Yield each board as a message, until this process is about to stop.

        The first follower's ``draw`` renders the board for all.

        Raises:
            StreamEnd: This process is about to stop.
        """
        self._followers += 1
        if self._task is None:
            self._task = asyncio.create_task(self._draw_forever(draw))
        try:
            while await self._next_board_is_ready():
                yield self._message
            yield reconnect_soon()
            raise StreamEnd(WEB_STOPS)
        finally:
            self._followers -= 1
            if not self._followers:
                self._task.cancel()
                self._task = None

    async def _next_board_is_ready(self) -> bool:
        """Wait for the next board; False once this process is about to stop."""
        drawn = self._drawn
        while not self._relay.is_draining:
            try:
                async with asyncio.timeout(LOOKED_EVERY_S):
                    await drawn.wait()
                return True
            except TimeoutError:
                continue
        return False

    async def _draw_forever(self, draw: Draw) -> None:
        while True:
            try:
                board = draw(await self._ops.board())
            except Exception:
                logger.exception("The board of operations could not be rendered.")
            else:
                message = ServerSentEventMessage(data=board, event="board", retry=RETRY_MS)
                self._message = message.encode()
                self._drawn.set()
                self._drawn = asyncio.Event()
            await asyncio.sleep(DRAWN_EVERY_S)
