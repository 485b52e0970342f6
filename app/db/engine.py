"""Which database: SQLite in the data folder, or PostgreSQL by URL; connections stay open."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from piccolo.engine.finder import engine_finder
from piccolo.engine.postgres import PostgresEngine

from app.db.sqlite import KeptSQLiteEngine

# A web process or worker has at most so many queries under way at once; others wait for their turn.
MOST_CONNECTIONS = 8
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
    ConnectionError,
    sqlite3.OperationalError,
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class DatabaseUrlError(Exception):
    """``DATABASE_URL`` names no database Sialoscope can use."""


def create_engine(url: str) -> KeptSQLiteEngine | PostgresEngine:
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
        return PostgresEngine(config={"dsn": url})
    raise DatabaseUrlError(
        f"DATABASE_URL must begin with sqlite:/// or postgresql://, not {scheme}://."
    )


@asynccontextmanager
async def kept_open() -> AsyncIterator[None]:
    """Keep connections to the database of this process open for the length of its life."""
    engine: Any = engine_finder()
    if isinstance(engine, PostgresEngine):
        await engine.start_connection_pool(min_size=1, max_size=MOST_CONNECTIONS, reset=_keep)
    try:
        yield
    finally:
        if isinstance(engine, PostgresEngine):
            await engine.close_connection_pool()
        else:
            engine.close()


async def _keep(_: Any) -> None:  # noqa: ANN401 - asyncpg's connection
    """Leave a connection as it is: no query changes a setting of its session."""
