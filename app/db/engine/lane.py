"""A thread with a SQLite connection, which stays open from one query to the next.

Piccolo opens a connection for each query and each transaction, and passes each statement of a
transaction to a thread four times. Both take longer than most statements.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

from piccolo.engine.sqlite import dict_factory

Rows: TypeAlias = list[dict[str, Any]]


class Lane:
    """A thread with its own connection, which it opens for the first query."""

    def __init__(self, *pragmas: str, **connection_kwargs: Any) -> None:  # noqa: ANN401 - of sqlite3.connect
        self._pragmas = pragmas
        self._connection_kwargs = connection_kwargs
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    async def run(self, query: str, arguments: Sequence[Any]) -> Rows:
        """Open the connection unless it is open, run one statement, and return its rows."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._run, query, arguments)

    async def execute(self, query: str, arguments: Sequence[Any] = ()) -> Rows:
        """Run one statement of a transaction, and return its rows."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._execute, query, arguments)

    async def clear(self) -> None:
        """Give up an open transaction, also if nobody waits for it any more."""
        await asyncio.shield(asyncio.wrap_future(self._thread.submit(self._clear)))

    async def end(self) -> None:
        """Close the connection and end the thread, also if nobody waits for it any more."""
        closed = self._thread.submit(self._close)
        self._thread.shutdown(wait=False)
        await asyncio.shield(asyncio.wrap_future(closed))

    def close(self) -> None:
        """Close the connection; the next query opens it again."""
        self._thread.submit(self._close).result()

    def _run(self, query: str, arguments: Sequence[Any]) -> Rows:
        self._open()
        return self._execute(query, arguments)

    def _execute(self, query: str, arguments: Sequence[Any]) -> Rows:
        if self._connection is None:
            raise sqlite3.OperationalError("The connection of this transaction is closed.")
        return self._connection.execute(query, arguments).fetchall()

    def _open(self) -> None:
        """Open the connection, also a new one if the file was replaced, as by a restore."""
        if self._connection and self._file == self._file_now():
            return
        self._close()
        self._connection = sqlite3.connect(**self._connection_kwargs)
        self._connection.row_factory = dict_factory
        for pragma in self._pragmas:
            self._connection.execute(f"PRAGMA {pragma}")
        self._file = self._file_now()

    def _clear(self) -> None:
        if self._connection and self._connection.in_transaction:
            self._close()

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
