"""Shows whoever supervises this process that its event loop turns: sd_notify(3), in ten lines.

systemd and ``sialoscope up`` both listen for it, and replace a process that has gone silent. A loop
that hangs and a process that is stopped show nothing, which is the point of doing it from the loop.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.runtime.background import Background
from app.settings import Settings

READY = b"READY=1"
ALIVE = b"WATCHDOG=1"
# sd_watchdog_enabled(3) advises half; a busy machine may let one of the three be late.
SIGNS_IN_TIME = 3

logger = logging.getLogger(__name__)


class Watchdog:
    """Sends a sign of life again and again, if anybody asked for it."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.notify_socket
        self._every_s = settings.watchdog_s / SIGNS_IN_TIME
        self._background = Background()

    async def start(self) -> None:
        """Tell that this process is ready, and begin to show that it lives; returns at once."""
        self._send(READY)
        if self._every_s:
            self._background.start(self._show_for_ever())

    async def stop(self) -> None:
        """Show nothing more."""
        await self._background.stop()

    async def _show_for_ever(self) -> None:
        while True:
            self._send(ALIVE)
            await asyncio.sleep(self._every_s)

    def _send(self, sign: bytes) -> None:
        if not self._address:
            return
        # A socket in the abstract namespace is written with an @ before its name.
        address = self._address.replace("@", "\0", 1) if self._address[0] == "@" else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
                sending.setblocking(False)
                sending.sendto(sign, address)
        except OSError as error:  # the supervisor is busy or gone; it judges by what it gets
            logger.debug("The sign of life could not be sent: %s", error)


@asynccontextmanager
async def alive(settings: Settings) -> AsyncIterator[None]:
    """Show that this process lives, as long as what is within lasts."""
    watchdog = Watchdog(settings)
    await watchdog.start()
    try:
        yield
    finally:
        await watchdog.stop()
