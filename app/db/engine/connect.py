"""Connect to the database of ``DATABASE_URL``: SQLite or PostgreSQL, with open connections."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from piccolo.engine.finder import engine_finder

from app.db.engine.postgresql import DatabaseAwayError, KeptPostgresEngine
from app.db.engine.sqlite import KeptSQLiteEngine

# Errors of a database that is away, restarting or full; it may answer again soon.
DATABASE_FAULTS = (
    OSError,
    sqlite3.OperationalError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the connection broke while a statement was sent
)
# The errors of DATABASE_FAULTS that surely mean this, and not a wrong statement.
DATABASE_AWAY = (
    DatabaseAwayError,
    sqlite3.OperationalError,
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class DatabaseUrlError(Exception):
    """``DATABASE_URL`` names a database that Sialoscope cannot use."""


def create_engine(url: str) -> KeptSQLiteEngine | KeptPostgresEngine:
    """Create the Piccolo engine for ``sqlite:///path`` or ``postgresql://user:password@host/name``.

    Raises:
        DatabaseUrlError: the URL has another scheme.
    """
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return KeptSQLiteEngine(str(path))
    if scheme in ("postgres", "postgresql"):
        return KeptPostgresEngine(url)
    raise DatabaseUrlError(
        f"DATABASE_URL must begin with sqlite:/// or postgresql://, not {scheme}://."
    )


@asynccontextmanager
async def kept_open() -> AsyncIterator[None]:
    """Open the database connections of this process, and close them at the end."""
    engine: Any = engine_finder()
    if isinstance(engine, KeptPostgresEngine):
        await engine.open()
    try:
        yield
    finally:
        if isinstance(engine, KeptPostgresEngine):
            await engine.close_connection_pool()
        else:
            engine.close()
