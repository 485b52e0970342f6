"""The upkeep of the database itself: statistics for its planner, and room of what was deleted."""

from app.db.engine.transaction import is_postgresql
from app.db.jobs.tables import Job
from app.db.piccolo_app import APP_CONFIG

# Some seconds of work; what is left is given back by the next run.
MOST_PAGES = 20_000


async def tidy() -> dict[str, int]:
    """Bring statistics up to date and give room back; what was done, in numbers.

    A SQLite database that is older than this (``migrate``) keeps its room for rows to come.
    """
    return await (_tidy_postgresql() if is_postgresql() else _tidy_sqlite())


async def _tidy_postgresql() -> dict[str, int]:
    tables = [table._meta.tablename for table in APP_CONFIG.table_classes]  # noqa: SLF001 - Piccolo's documented access
    for name in tables:
        await Job.raw(f"VACUUM (ANALYZE) {name}")
    return {"tables": len(tables)}


async def _tidy_sqlite() -> dict[str, int]:
    before = await _pragma("page_count")
    await Job.raw("PRAGMA optimize")
    # Python's sqlite3 takes one step of this statement, which is one page; and so it holds the
    # lock of the only writer for no longer.
    for _ in range(min(await _pragma("freelist_count"), MOST_PAGES)):
        await Job.raw("PRAGMA incremental_vacuum(1)")
    await Job.raw("PRAGMA wal_checkpoint(TRUNCATE)")
    size = await _pragma("page_size")
    after, free = await _pragma("page_count"), await _pragma("freelist_count")
    return {
        "bytes": after * size,
        "freed_bytes": (before - after) * size,
        "unused_bytes": free * size,
    }


async def _pragma(name: str) -> int:
    (row,) = await Job.raw(f"PRAGMA {name}")
    return int(row[name])
