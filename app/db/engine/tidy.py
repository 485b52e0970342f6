"""Maintain the database: update the planner's statistics, and free the space of deleted rows."""

from app.db.engine.transaction import is_postgresql, transaction
from app.db.jobs.tables import Job

# Some seconds of work; the next run frees the rest.
MOST_PAGES = 20_000
# The rows of each index that SQLite's statistics come from (sqlite.org advises 100 to 1000).
SAMPLED_ROWS = 400


async def tidy() -> dict[str, int]:
    """Update statistics and free space, and return the numbers of what was done.

    An old SQLite database without incremental vacuum (``migrate``) keeps the space for new rows.
    """
    return await (_tidy_postgresql() if is_postgresql() else _tidy_sqlite())


async def _tidy_postgresql() -> dict[str, int]:
    from app.db.piccolo_app import APP_CONFIG  # with it come Piccolo's migrations

    tables = [table._meta.tablename for table in APP_CONFIG.table_classes]  # noqa: SLF001 - Piccolo's documented access
    for name in tables:
        await Job.raw(f"VACUUM (ANALYZE) {name}")
    return {"tables": len(tables)}


async def _tidy_sqlite() -> dict[str, int]:
    before = await _pragma("page_count")
    await _analyze_sqlite()
    # Python's sqlite3 runs one step of this statement, which is one page. So it holds the lock of
    # the only writer only briefly.
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


async def _analyze_sqlite() -> None:
    """Update the planner's statistics from a sample of each index.

    The transaction takes the write lock first. ``PRAGMA optimize`` reads first, and SQLite refuses
    it the lock at once if another connection has written in between.
    """
    async with transaction():
        await Job.raw(f"PRAGMA analysis_limit = {SAMPLED_ROWS}")
        await Job.raw("ANALYZE")


async def _pragma(name: str) -> int:
    (row,) = await Job.raw(f"PRAGMA {name}")
    return int(row[name])
