"""Receive the heartbeats of one child process (``watchdog.py``), as systemd does."""

import asyncio
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from app.observability.own_level import Level, apply_level
from app.runtime.watchdog import LOG_LEVEL

# A new process sends nothing while it imports its modules, which takes long on a busy machine.
START_TIMEOUT_S = 60
TICK_S = 1.0
LONGEST_MESSAGE_BYTES = 4096


class SignsOfLife:
    """A socket for the heartbeats of a child, which finds it through ``environment``."""

    def __init__(self, *, hung_after_s: int) -> None:
        self._hung_after_s = hung_after_s
        self._has_heard = False

    def __enter__(self) -> "SignsOfLife":
        self._folder = tempfile.TemporaryDirectory(prefix="sialoscope-up-")
        path = Path(self._folder.name) / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(str(path))
        asyncio.get_running_loop().add_reader(self._socket, self._receive)
        every_us = self._hung_after_s * 1_000_000
        self.environment = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": str(every_us)}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        self._folder.cleanup()

    async def until_silent(self) -> None:
        """Return once the child has sent no heartbeat for ``hung_after_s`` seconds.

        This counts its own ticks instead of reading a clock. When this process itself was
        suspended, with the machine or by a debugger, it must not take its children for dead.
        """
        left = START_TIMEOUT_S / TICK_S
        while left > 0:
            await asyncio.sleep(TICK_S)
            left = self._hung_after_s / TICK_S if self._has_heard else left - 1
            self._has_heard = False

    def _receive(self) -> None:
        with suppress(BlockingIOError):
            while message := self._socket.recv(LONGEST_MESSAGE_BYTES):
                self._has_heard = True
                _follow_log_level(message.decode(errors="replace"))


def _follow_log_level(message: str) -> None:
    """Log at the level that a child tells, because this process has no Redis to look into."""
    level = message.removeprefix(LOG_LEVEL)
    if level != message and level in list(Level):
        apply_level(Level(level))
