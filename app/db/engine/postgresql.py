"""PostgreSQL with connections that stay open, and that notice when its machine vanishes.

Nothing else bounds a statement: a dump, a migration or a vacuum may take as long as it needs, for
the machine at the other end answers TCP all the while.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg
from piccolo.engine.postgres import PostgresEngine

from app.runtime.keep_alive import KEEP_ALIVE

# A web process or worker has at most so many queries under way at once; others wait for their turn.
MOST_CONNECTIONS = 8
# How long a query waits for its turn, and a connection until it is there.
CONNECT_TIMEOUT_S = 10
# How long PostgreSQL may take to break off a statement that nobody waits for any more.
BREAK_OFF_S = 2


class DatabaseAwayError(ConnectionError):
    """The database cannot be reached, or has no connection free; it may answer again soon."""


class KeptPostgresEngine(PostgresEngine):
    """Piccolo's engine, whose waiting is bounded and which tells a database that is away."""

    def __init__(self, url: str) -> None:
        super().__init__(
            config={
                "dsn": url,
                "timeout": CONNECT_TIMEOUT_S,
                "connection_class": _NoticingConnection,
            }
        )

    async def open(self) -> None:
        """Open what stays open.

        Raises:
            DatabaseAwayError: it does not answer.
        """
        with _telling_away():
            await self.start_connection_pool(min_size=1, max_size=MOST_CONNECTIONS, reset=_keep)

    async def get_new_connection(self) -> Any:  # noqa: ANN401 - asyncpg's connection
        """Open a connection beside the pool.

        Raises:
            DatabaseAwayError: it does not answer.
        """
        with _telling_away():
            return await super().get_new_connection()

    async def _run_in_pool(self, query: str, args: Sequence[Any] | None = None) -> Any:  # noqa: ANN401 - asyncpg's records
        pool: Any = self.pool
        with _telling_away():
            connection = await pool.acquire(timeout=CONNECT_TIMEOUT_S)
            try:
                return await connection.fetch(query, *(args or ()))
            finally:
                with suppress(TimeoutError):  # asyncpg has cut the connection
                    await pool.release(connection, timeout=BREAK_OFF_S)


class _NoticingConnection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that is lost once its machine has been silent for a while."""

    def __init__(self, protocol: Any, transport: Any, *others: Any) -> None:  # noqa: ANN401 - asyncpg's
        super().__init__(protocol, transport, *others)
        _notice_silence(transport.get_extra_info("socket"))


def _notice_silence(connected: socket.socket) -> None:
    """Let the kernel end the connection; only TCP has other machines."""
    if connected.family == socket.AF_UNIX:
        return
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in KEEP_ALIVE.items():
        connected.setsockopt(socket.IPPROTO_TCP, option, value)


@contextmanager
def _telling_away() -> Iterator[None]:
    """Tell every way of not reaching a machine alike: refused, no route, no name, no answer."""
    try:
        yield
    except OSError as error:
        raise DatabaseAwayError(f"no connection: {str(error) or 'no answer'}") from error


async def _keep(_: Any) -> None:  # noqa: ANN401 - asyncpg's connection
    """Leave a connection as it is: no query changes a setting of its session."""
