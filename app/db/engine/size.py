"""Measure the database and its largest tables."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from piccolo.engine.postgres import PostgresEngine

from app.db.jobs.tables import Job

MOST_TABLES = 10
OF_POSTGRESQL = """
    SELECT relname AS name, pg_total_relation_size(pg_class.oid) AS bytes
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND nspname = current_schema() ORDER BY 2 DESC LIMIT {}
"""
# Sizes with indexes. dbstat reads every page, so no request may wait for it.
OF_SQLITE = """
    SELECT known.tbl_name, SUM(pgsize) AS bytes FROM dbstat
    JOIN sqlite_schema AS known ON known.name = dbstat.name
    WHERE aggregate = true GROUP BY 1 ORDER BY 2 DESC LIMIT ?
"""


class DatabaseSize(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of the whole database, and of its largest tables with their indexes.

    ``tables`` is empty if the database cannot measure them.
    """

    kind: str
    bytes: int
    tables: dict[str, int]


async def database_size() -> DatabaseSize:
    """Measure the database; this takes seconds for a large one."""
    engine: Any = Job._meta.db  # noqa: SLF001 - Piccolo's documented access
    if isinstance(engine, PostgresEngine):
        rows = await Job.raw(OF_POSTGRESQL, MOST_TABLES)
        (whole,) = await Job.raw("SELECT pg_database_size(current_database()) AS bytes")
        tables = {row["name"]: int(row["bytes"]) for row in rows}
        return DatabaseSize(kind="PostgreSQL", bytes=int(whole["bytes"]), tables=tables)
    return await asyncio.to_thread(_sqlite_size, Path(engine.path))


def _sqlite_size(file: Path) -> DatabaseSize:
    """Measure an SQLite file over a separate connection, so that no query waits."""
    whole = sum(part.stat().st_size for part in file.parent.glob(f"{file.name}*"))
    tables: dict[str, int] = {}
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            tables = dict(connection.execute(OF_SQLITE, [MOST_TABLES]).fetchall())
        except sqlite3.OperationalError as error:
            if "dbstat" not in str(error):  # some builds of SQLite lack dbstat
                raise
    return DatabaseSize(kind="SQLite", bytes=whole, tables=tables)
