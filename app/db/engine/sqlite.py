"""SQLite with open connections: one thread reads, one writes, and a few run transactions.

With one writing thread a process never waits for its own lock, and with write-ahead logging readers
do not wait for the writer.
"""

from typing import Any

from piccolo.engine.sqlite import SQLiteEngine, SQLiteTransaction, TransactionType
from piccolo.table import Table

from app.db.engine.kept_transaction import KeptTransaction
from app.db.engine.lane import Lane, Rows

# How long a writer waits for the transaction of another; SQLite allows one at a time.
BUSY_TIMEOUT_S = 30
# With a write-ahead log, a commit of these lanes survives a crash of the process at once, and a
# power cut after some seconds.
UNSYNCED = "synchronous = NORMAL"
# Those of transactions survive a power cut at once, and keep Piccolo's setting.
SYNCED = "synchronous = FULL", "foreign_keys = 1"
# The connections for transactions that stay open; more wait for each other anyway.
MOST_KEPT = 2


class KeptSQLiteEngine(SQLiteEngine):
    """Piccolo's engine, in which queries and transactions use open connections."""

    def __init__(self, path: str) -> None:
        super().__init__(path=path, timeout=BUSY_TIMEOUT_S)
        self._reading = Lane(UNSYNCED, **self.connection_kwargs)
        self._writing = Lane(UNSYNCED, **self.connection_kwargs)
        self._idle: list[Lane] = []  # for transactions

    def close(self) -> None:
        """Close the connections; the next query opens them again."""
        for lane in (self._reading, self._writing, *self._idle):
            lane.close()

    def transaction(
        self,
        transaction_type: TransactionType = TransactionType.deferred,
        allow_nested: bool = True,
    ) -> "_Transaction":
        """Return a transaction for ``async with``, which has a connection of its own."""
        return _Transaction(self, transaction_type, allow_nested)

    async def acquire(self) -> Lane:
        """Take a connection for a transaction, which opens it."""
        return self._idle.pop() if self._idle else Lane(*SYNCED, **self.connection_kwargs)

    async def release(self, lane: Lane) -> None:
        """Keep the connection of a transaction for the next one, or close it."""
        if len(self._idle) < MOST_KEPT:
            self._idle.append(lane)  # its thread clears it before it does anything else
            await lane.clear()
        else:
            await lane.end()

    async def _run_in_new_connection(
        self,
        query: str,
        args: list[Any] | None = None,
        query_type: str = "generic",  # noqa: ARG002 - Piccolo's signature
        table: type[Table] | None = None,  # noqa: ARG002
    ) -> Rows:
        lane = self._reading if query.lstrip().startswith("SELECT") else self._writing
        return await lane.run(query, args or [])

    async def _run_in_existing_connection(
        self,
        connection: Lane,
        query: str,
        args: list[Any] | None = None,
        query_type: str = "generic",  # noqa: ARG002 - Piccolo's signature
        table: type[Table] | None = None,  # noqa: ARG002
    ) -> Rows:
        return await connection.execute(query, args or [])


class _Transaction(KeptTransaction, SQLiteTransaction):
    """A transaction on a connection of its own."""

    async def begin(self) -> None:
        """Open the connection, unless it is open, and begin."""
        await self.connection.run(f"BEGIN {self.transaction_type.value}", ())
