"""Let a web process hold many connections, and end one for each that is too many.

Each connection takes a file descriptor, and a shell gives a process 1,024 of them or fewer. Without
any left, nothing else works: neither database nor Redis, and the supervisor kills the process.
"""

import asyncio
import logging
import resource
import time
from contextlib import suppress
from typing import ClassVar

from app.server.connections import Connections
from app.server.request_body import BoundedRequest
from app.web.http.identity.throttling import address_of

# As many as the service of systemd gets in ``deploy``.
WANTED_FILES = 65_536
# A quarter is for everything else, up to what one turn of the event loop may accept, and more.
RESERVED_SHARE, MOST_RESERVED = 4, 4_096
SAID_EVERY_S = 60
FULL = (
    "%d connections are open, as many as this web process may have; the address with the most of "
    "them, %s with %d, gives one up for each further one. Raise the limit of open files "
    "(LimitNOFILE), or limit the connections of an address in the proxy."
)
GIVE_WAY = (
    "This server has as many connections as it can hold, and most of them come from your address. "
    "Open fewer at once, and try again soon."
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
    """The protocol that lets one connection give way while there are too many.

    It is one of the address that has the most, so that one address alone keeps nobody else out.
    """

    most = WANTED_FILES
    _open: ClassVar[Connections["BoundedConnection"]] = Connections()
    _said_at = -float(SAID_EVERY_S)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, and end one if there are too many."""
        super().connection_made(transport)
        self._network = address_of(self.client[0] if self.client else None)
        self._open.add(self, of=self._network)
        if len(self._open) > self.most:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._open.remove(self, of=self._network)
        super().connection_lost(exc)

    def _make_room(self) -> None:
        busiest = self._open.busiest(rather=self._network)
        of_busiest = self._open.of(busiest)
        self._say_full(busiest, len(of_busiest))
        ended = self if busiest == self._network else _least_useful(of_busiest)
        self._open.remove(ended, of=busiest)
        ended.give_way(GIVE_WAY)

    @classmethod
    def _say_full(cls, network: str, count: int) -> None:
        now = time.monotonic()
        if now - cls._said_at >= SAID_EVERY_S:
            cls._said_at = now
            logger.warning(FULL, cls.most, network, count)


def _least_useful(connections: list[BoundedConnection]) -> BoundedConnection:
    """The oldest that waits for its client, or the newest if the server answers all of them."""
    waiting = (each for each in connections if each.awaits_its_client)
    return next(waiting, connections[-1])
