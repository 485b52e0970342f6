"""A pool of PostgreSQL connections that notice when the server's machine is gone.

Statements have no time limit: a dump, a migration or a vacuum may take as long as it needs, because
the server's machine answers TCP all the time.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg
from piccolo.engine.postgres import PostgresEngine

from app.runtime.keep_alive import KEEP_ALIVE

# The most queries of a web process or worker at once; others wait for a free connection.
MOST_CONNECTIONS = 8
# How long a query waits for a free connection, and how long a new connection may take.
CONNECT_TIMEOUT_S = 10
# How long PostgreSQL may take to cancel a statement that nobody waits for any more.
BREAK_OFF_S = 2


class DatabaseAwayError(ConnectionError):
    """The database cannot be reached or has no free connection; it may answer again soon."""


class KeptPostgresEngine(PostgresEngine):
    """Piccolo's engine with time limits for connections and one error for all lost servers."""

    def __init__(self, url: str) -> None:
        super().__init__(
            config={
                "dsn": url,
                "timeout": CONNECT_TIMEOUT_S,
                "connection_class": _KeepAliveConnection,
            }
        )

    async def open(self) -> None:
        """Open the connection pool.

        Raises:
            DatabaseAwayError: the database does not answer.
        """
        with _network_errors():
            await self.start_connection_pool(min_size=1, max_size=MOST_CONNECTIONS, reset=_keep)

    async def get_new_connection(self) -> Any:  # noqa: ANN401 - asyncpg's connection
        """Open a connection outside of the pool.

        Raises:
            DatabaseAwayError: the database does not answer.
        """
        with _network_errors():
            return await super().get_new_connection()

    async def _run_in_pool(self, query: str, args: Sequence[Any] | None = None) -> Any:  # noqa: ANN401 - asyncpg's records
        pool: Any = self.pool
        with _network_errors():
            connection = await pool.acquire(timeout=CONNECT_TIMEOUT_S)
            try:
                return await connection.fetch(query, *(args or ()))
            finally:
                with suppress(TimeoutError):  # asyncpg has closed the connection
                    await pool.release(connection, timeout=BREAK_OFF_S)


class _KeepAliveConnection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that breaks when the server's machine has been silent for a while."""

    def __init__(self, protocol: Any, transport: Any, *others: Any) -> None:  # noqa: ANN401 - asyncpg's
        super().__init__(protocol, transport, *others)
        _set_keep_alive(transport.get_extra_info("socket"))


def _set_keep_alive(connected: socket.socket) -> None:
    """Let the kernel end a TCP connection whose other machine is silent."""
    if connected.family == socket.AF_UNIX:
        return
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in KEEP_ALIVE.items():
        connected.setsockopt(socket.IPPROTO_TCP, option, value)


@contextmanager
def _network_errors() -> Iterator[None]:
    """Turn every network error (refused, no route, no name, no answer) into DatabaseAwayError."""
    try:
        yield
    except OSError as error:
        raise DatabaseAwayError(f"no connection: {str(error) or 'no answer'}") from error


async def _keep(_: Any) -> None:  # noqa: ANN401 - asyncpg's connection
    """Do not reset a connection, because no query changes its session."""
