"""Which database: SQLite in the data folder, or PostgreSQL by URL; connections stay open."""

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

# What a database that is away, restarting or full raises; it may answer again soon.
DATABASE_FAULTS = (
    OSError,
    sqlite3.OperationalError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # of a statement whose connection breaks as it is sent
)
# Those of them that say so, rather than that a statement was wrong.
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
    """``DATABASE_URL`` names no database Sialoscope can use."""


def create_engine(url: str) -> KeptSQLiteEngine | KeptPostgresEngine:
    """The Piccolo engine for ``sqlite:///path`` or ``postgresql://user:password@host/name``.

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
    """Keep connections to the database of this process open for the length of its life."""
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
