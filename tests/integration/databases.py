"""Databases for tests that call the stores directly: each finds a migrated, empty one."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from app.db.engine.connect import create_engine
from app.db.engine.sqlite import KeptSQLiteEngine
from app.db.engine.transaction import is_postgresql, transaction
from app.db.jobs.tables import Job
from app.db.migrate import migrate
from app.db.piccolo_app import APP_CONFIG


def sqlite_at(path: Path) -> str:
    return f"sqlite:///{path}"


@contextmanager
def connected(url: str) -> Iterator[None]:
    """Connect all tables of this process to a database for a while."""
    engine = create_engine(url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.db.piccolo_conf.DB", engine)
        for table in APP_CONFIG.table_classes:
            patch.setattr(table._meta, "_db", engine)
        _forget_migration_engine()
        yield
        _forget_migration_engine()
        if isinstance(engine, KeptSQLiteEngine):
            engine.close()


def prepare(url: str) -> None:
    """Migrate an empty database, and delete the rows that the migrations insert."""
    with connected(url):
        asyncio.run(migrate())
        asyncio.run(delete_all_rows())


def copy_sqlite(prepared: Path, copy: Path) -> None:
    """Copy the file of a prepared database that nobody uses, which is faster than migrating."""
    shutil.copyfile(prepared, copy)


def back_up(file: Path) -> Path:
    """Copy a database that is in use, and return the copy."""
    copy = file.with_name("restored.db")
    with closing(sqlite3.connect(file)) as now, closing(sqlite3.connect(copy)) as then:
        now.backup(then)
    return copy


def restore(file: Path, copy: Path) -> None:
    """Put a copy in place of a database that is in use."""
    for log in file.parent.glob(f"{file.name}-*"):  # a log belongs to its own file
        log.unlink()
    copy.replace(file)


async def delete_all_rows() -> None:
    """Delete the rows of all tables, whatever earlier tests left.

    On PostgreSQL without triggers: tests share its database, and triggers keep the rows of the
    trails. A file of SQLite belongs to one test, and its trails are empty.
    """
    async with transaction():
        if is_postgresql():
            await Job.raw("SET LOCAL session_replication_role = replica")
        for table in APP_CONFIG.table_classes:
            if is_postgresql() or table.__name__ not in ("Audit", "SecurityEvent"):
                await table.delete(force=True)


def _forget_migration_engine() -> None:
    from piccolo.apps.migrations.tables import Migration

    Migration._meta._db = None
