"""A pool of PostgreSQL connections that notice when the server's machine is gone.

Statements have no time limit: a dump, a migration or a vacuum may take as long as it needs, because
the server's machine answers TCP all the time.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from piccolo.querystring import QueryString

from app.db.engine.kept_transaction import KeptTransaction
from app.runtime.keep_alive import KEEP_ALIVE

# The most queries of a web process or worker at once; others wait for a free connection.
MOST_CONNECTIONS = 8
# How long a query waits for a free connection, and how long a new connection may take.
CONNECT_TIMEOUT_S = 10
# How long PostgreSQL may take to cancel a statement that nobody waits for any more.
BREAK_OFF_S = 2
# uvloop raises a RuntimeError with this text when a connection is used after its loss (its issue
# 506).
CLOSED_HANDLER = "the handler is closed"


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

    async def check_version(self) -> None:
        """Check nothing: the doctor does. Piccolo would open a connection and only warn."""

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

    def transaction(self, allow_nested: bool = True) -> "_Transaction":
        """Return a transaction for ``async with``; its network errors are ``DatabaseAwayError``."""
        return _Transaction(engine=self, allow_nested=allow_nested)

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> Any:  # noqa: ANN401
        """Run a query, on the connection of the current transaction if there is one.

        Raises:
            DatabaseAwayError: the connection is lost, or no connection is free.
        """
        with _network_errors():
            return await super().run_querystring(querystring, in_pool)

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> Any:  # noqa: ANN401
        """Run a statement that changes the schema.

        Raises:
            DatabaseAwayError: the connection is lost, or no connection is free.
        """
        with _network_errors():
            return await super().run_ddl(ddl, in_pool)

    async def acquire(self) -> Any:  # noqa: ANN401 - asyncpg's connection
        """Take a connection of the pool, or open one while there is no pool.

        Raises:
            DatabaseAwayError: the database does not answer, or no connection is free.
        """
        if self.pool is None:
            return await self.get_new_connection()
        with _network_errors():
            return await self.pool.acquire(timeout=CONNECT_TIMEOUT_S)

    async def release(self, connection: Any) -> None:  # noqa: ANN401 - asyncpg's connection
        """Give a connection back, also one that is lost."""
        if self.pool is None:
            await connection.close()
            return
        with suppress(TimeoutError):  # asyncpg has closed the connection
            await self.pool.release(connection, timeout=BREAK_OFF_S)

    async def _run_in_pool(self, query: str, args: Sequence[Any] | None = None) -> Any:  # noqa: ANN401 - asyncpg's records
        connection = await self.acquire()
        try:
            return await connection.fetch(query, *(args or ()))
        finally:
            await self.release(connection)


class _Transaction(KeptTransaction, PostgresTransaction):
    """A transaction whose network errors are ``DatabaseAwayError``."""

    async def begin(self) -> None:
        self.transaction = self.connection.transaction()
        with _network_errors():
            await super().begin()

    async def commit(self) -> None:
        with _network_errors():
            await super().commit()


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
    except DatabaseAwayError:
        raise
    except OSError as error:
        raise DatabaseAwayError(f"no connection: {str(error) or 'no answer'}") from error
    except RuntimeError as error:
        if CLOSED_HANDLER not in str(error):
            raise
        raise DatabaseAwayError(f"the connection is lost: {error}") from error


async def _keep(_: Any) -> None:  # noqa: ANN401 - asyncpg's connection
    """Do not reset a connection, because no query changes its session."""
