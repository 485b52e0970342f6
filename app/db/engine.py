"""Which database: SQLite in the data folder, or PostgreSQL by URL."""

import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from piccolo.engine.postgres import PostgresEngine
from piccolo.engine.sqlite import SQLiteEngine

# How long a writer waits for another's transaction. WAL lets one write at a time.
BUSY_TIMEOUT_S = 30
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


def create_engine(url: str) -> SQLiteEngine | PostgresEngine:
    """The Piccolo engine for ``sqlite:///path`` or ``postgresql://user:password@host/name``.

    Raises:
        DatabaseUrlError: the URL has another scheme.
    """
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return SQLiteEngine(path=str(path), timeout=BUSY_TIMEOUT_S)
    if scheme in ("postgres", "postgresql"):
        return PostgresEngine(config={"dsn": url})
    raise DatabaseUrlError(
        f"DATABASE_URL must begin with sqlite:/// or postgresql://, not {scheme}://."
    )
