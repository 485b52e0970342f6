"""Run several statements as one transaction, on SQLite or PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from piccolo.engine.postgres import PostgresEngine
from piccolo.engine.sqlite import SQLiteEngine, TransactionType

from app.db.jobs.tables import Job


def transaction() -> AbstractAsyncContextManager[Any]:
    """Run the body as a transaction: commit at its end, roll back after an exception.

    SQLite allows one writer at a time and may refuse a transaction that first reads and then
    writes. So a transaction on SQLite takes the write lock when it starts.
    """
    engine: Any = Job._meta.db  # noqa: SLF001 - Piccolo's documented access
    is_sqlite = isinstance(engine, SQLiteEngine)
    begun = engine.transaction(TransactionType.immediate) if is_sqlite else engine.transaction()
    together: AbstractAsyncContextManager[Any] = begun
    return together


@asynccontextmanager
async def one_by_one(*keys: str) -> AsyncIterator[None]:
    """Run the body as a transaction; transactions with the same key wait for each other.

    So what the body counts is still so many when it adds one.
    """
    async with transaction():
        if is_postgresql():  # SQLite has one writer at a time
            for key in sorted(set(keys)):
                await Job.raw("SELECT pg_advisory_xact_lock(hashtextextended({}, 0))", key)
        yield


def is_postgresql() -> bool:
    """Whether the tables are in PostgreSQL, rather than in SQLite."""
    return isinstance(Job._meta.db, PostgresEngine)  # noqa: SLF001 - Piccolo's documented access
