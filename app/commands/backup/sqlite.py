"""Back up and restore an SQLite database; SQLite copies it while others write to it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from app.commands.backup.keys import KEYS, Keys, keys_in


def snapshot(path: Path, into: Path) -> Keys:
    """Copy a database in one snapshot, and return the storage keys of its jobs."""
    with closing(sqlite3.connect(path)) as running, closing(sqlite3.connect(into)) as copy:
        running.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        return keys_in(copy.execute(KEYS).fetchall())


def is_used(path: Path) -> bool:
    """Whether the database exists and has a table."""
    if not path.exists():
        return False
    with closing(sqlite3.connect(path)) as database:
        return bool(database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def put_back(copy: Path, path: Path) -> None:
    """Replace a database and its write-ahead log by a copy."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    copy.chmod(0o600)
    copy.replace(path)
