"""Several statements that come to pass together or not at all, on either database."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from piccolo.engine.postgres import PostgresEngine
from piccolo.engine.sqlite import SQLiteEngine, TransactionType

from app.db.jobs.tables import Job


def transaction() -> AbstractAsyncContextManager[Any]:
    """What is done within comes to pass at its end, and not at all after an exception.

    SQLite lets one write at a time, and one that begins to only half way can be refused: so a
    transaction there waits at its beginning until it may write.
    """
    engine: Any = Job._meta.db  # noqa: SLF001 - Piccolo's documented access
    is_sqlite = isinstance(engine, SQLiteEngine)
    begun = engine.transaction(TransactionType.immediate) if is_sqlite else engine.transaction()
    together: AbstractAsyncContextManager[Any] = begun
    return together


def is_postgresql() -> bool:
    """Whether the tables are in PostgreSQL, rather than in SQLite."""
    return isinstance(Job._meta.db, PostgresEngine)  # noqa: SLF001 - Piccolo's documented access
