"""Send heartbeats to the supervisor of this process with sd_notify(3), in ten lines.

systemd and ``sialoscope up`` listen for them and replace a process that goes silent. The event
loop sends them, so a process that is stopped, or whose loop hangs, sends none.
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
# A field of our own, which only our supervisor reads; systemd takes no notice of it.
LOG_LEVEL = "X_SIALOSCOPE_LOG_LEVEL="
# sd_watchdog_enabled(3) advises two heartbeats in the time limit; with three, one may be late.
HEARTBEATS_IN_TIME = 3

logger = logging.getLogger(__name__)


class Watchdog:
    """Sends heartbeats at an interval, if a supervisor set NOTIFY_SOCKET and WATCHDOG_USEC."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.notify_socket
        self._every_s = settings.watchdog_s / HEARTBEATS_IN_TIME
        self._background = Background()

    async def start(self) -> None:
        """Report that this process is ready, start the heartbeats, and return at once."""
        self._send(READY)
        if self._every_s:
            self._background.start(self._send_heartbeats())

    async def stop(self) -> None:
        """Stop the heartbeats."""
        await self._background.stop()

    def send_heartbeat(self) -> None:
        """Send one heartbeat; returns at once."""
        self._send(ALIVE)

    def tell_log_level(self, level: str) -> None:
        """Tell the supervisor that the level of the log was changed; returns at once."""
        self._send(f"{LOG_LEVEL}{level}".encode())

    async def _send_heartbeats(self) -> None:
        while True:
            self.send_heartbeat()
            await asyncio.sleep(self._every_s)

    def _send(self, message: bytes) -> None:
        if not self._address:
            return
        # A socket in the abstract namespace is written with an @ before its name.
        address = self._address.replace("@", "\0", 1) if self._address[0] == "@" else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
                sending.setblocking(False)
                sending.sendto(message, address)
        except OSError as error:  # the supervisor is busy or gone, and judges by what it receives
            logger.debug("The heartbeat could not be sent: %s", error)


@asynccontextmanager
async def alive(settings: Settings) -> AsyncIterator[None]:
    """Send heartbeats while the body of the ``async with`` runs."""
    watchdog = Watchdog(settings)
    await watchdog.start()
    try:
        yield
    finally:
        await watchdog.stop()
