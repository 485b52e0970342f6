"""The SQLite database of a backup: a copy taken by SQLite itself while others write."""

import sqlite3
from contextlib import closing
from pathlib import Path

from app.commands.backup.keys import KEYS, Keys, keys_in


def snapshot(path: Path, into: Path) -> Keys:
    """Copy a database as it is at one moment; the storage keys that it names."""
    with closing(sqlite3.connect(path)) as running, closing(sqlite3.connect(into)) as copy:
        running.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        return keys_in(copy.execute(KEYS).fetchall())


def is_used(path: Path) -> bool:
    """Whether there is a database with something in it."""
    if not path.exists():
        return False
    with closing(sqlite3.connect(path)) as database:
        return bool(database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def put_back(copy: Path, path: Path) -> None:
    """Let a copy take the place of a database; what its log held goes with it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    copy.chmod(0o600)
    copy.replace(path)
