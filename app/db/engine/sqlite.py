"""SQLite with two open connections: one thread reads and one thread writes.

Piccolo opens a connection for each query, which takes longer than most queries. With one writing
thread a process never waits for its own lock, and with write-ahead logging readers do not wait for
the writer.
"""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from piccolo.engine.sqlite import (
    SQLiteEngine,
    SQLiteTransaction,
    TransactionType,
    dict_factory,
)
from piccolo.table import Table

from app.db.engine.kept_transaction import KeptTransaction

# How long a writer waits for the transaction of another; SQLite allows one at a time.
BUSY_TIMEOUT_S = 30


class Lane:
    """A thread with its own connection, which it opens for the first query."""

    def __init__(self, **connection_kwargs: Any) -> None:  # noqa: ANN401 - those of sqlite3.connect
        self._connection_kwargs = connection_kwargs
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    async def run(self, query: str, arguments: list[Any]) -> list[dict[str, Any]]:
        """Run one statement as a separate transaction, and return its rows."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._run, query, arguments)

    def close(self) -> None:
        """Close the connection; the next query opens it again."""
        self._thread.submit(self._close).result()

    def _run(self, query: str, arguments: list[Any]) -> list[dict[str, Any]]:
        return self._open().execute(query, arguments).fetchall()

    def _open(self) -> sqlite3.Connection:
        """Return the connection; open a new one if the file was replaced, as by a restore."""
        if self._connection and self._file == self._file_now():
            return self._connection
        self._close()
        self._connection = sqlite3.connect(**self._connection_kwargs)
        self._connection.row_factory = dict_factory
        # With a write-ahead log, a commit survives a crash of the process at once, and a power
        # cut after some seconds.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._file = self._file_now()
        return self._connection

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _file_now(self) -> tuple[int, int] | None:
        try:
            found = Path(self._connection_kwargs["database"]).stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino


class KeptSQLiteEngine(SQLiteEngine):
    """Piccolo's engine, in which queries outside of transactions use open connections."""

    def __init__(self, path: str) -> None:
        super().__init__(path=path, timeout=BUSY_TIMEOUT_S)
        self._reading = Lane(**self.connection_kwargs)
        self._writing = Lane(**self.connection_kwargs)

    def close(self) -> None:
        """Close the connections; the next query opens them again."""
        self._reading.close()
        self._writing.close()

    def transaction(
        self,
        transaction_type: TransactionType = TransactionType.deferred,
        allow_nested: bool = True,
    ) -> "_Transaction":
        """Return a transaction for ``async with``, which has a connection of its own."""
        return _Transaction(self, transaction_type, allow_nested)

    async def acquire(self) -> Any:  # noqa: ANN401 - aiosqlite's connection
        """Open a connection for a transaction."""
        return await self.get_connection()

    async def release(self, connection: Any) -> None:  # noqa: ANN401 - aiosqlite's connection
        """Close the connection of a transaction."""
        await connection.close()

    async def _run_in_new_connection(
        self,
        query: str,
        args: list[Any] | None = None,
        query_type: str = "generic",  # noqa: ARG002 - Piccolo's signature
        table: type[Table] | None = None,  # noqa: ARG002
    ) -> list[dict[str, Any]]:
        lane = self._reading if query.lstrip().startswith("SELECT") else self._writing
        return await lane.run(query, args or [])


class _Transaction(KeptTransaction, SQLiteTransaction):
    """A transaction on a connection of its own."""
