"""Let a web process hold many connections, and refuse further ones before it has no file left.

Each connection takes a file descriptor, and a shell gives a process 1,024 of them or fewer. Without
any left, nothing else works: neither database nor Redis, and the supervisor kills the process.
"""

import asyncio
import logging
import resource
import time
from contextlib import suppress

from app.server.request_body import BoundedRequest

# As many as the service of systemd gets in ``deploy``.
WANTED_FILES = 65_536
# A quarter is for everything else, up to what one turn of the event loop may accept, and more.
RESERVED_SHARE, MOST_RESERVED = 4, 4_096
SAID_EVERY_S = 60
FULL = (
    "%d connections are open, as many as this web process may have; further ones are closed. Raise "
    "its limit of open files (LimitNOFILE), or limit connections in the proxy."
)

logger = logging.getLogger(__name__)


def raise_limit_of_open_files() -> None:
    """Let this process open as many files as it needs, or the most that the system allows it."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if most == resource.RLIM_INFINITY else min(WANTED_FILES, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        with suppress(ValueError, OSError):  # macOS has a lower limit than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def most_connections() -> int:
    """How many connections this process may hold."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = WANTED_FILES if allowed == resource.RLIM_INFINITY else allowed
    return files - min(files // RESERVED_SHARE, MOST_RESERVED)


class BoundedConnection(BoundedRequest):
    """The protocol that closes a connection at once while there are too many others."""

    most = WANTED_FILES
    _said_at = -float(SAID_EVERY_S)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or close it."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.abort()
            self._say_full()

    @classmethod
    def _say_full(cls) -> None:
        now = time.monotonic()
        if now - cls._said_at >= SAID_EVERY_S:
            cls._said_at = now
            logger.warning(FULL, cls.most)
