"""Bring the database to the schema this version needs."""

import io
from contextlib import redirect_stdout

from piccolo.apps.migrations.commands.forwards import run_forwards
from piccolo.engine.sqlite import SQLiteEngine

from app.db.schedules import add_missing_schedules
from app.db.tables import Job
from app.settings import CannotStartError


class MigrationError(CannotStartError):
    """The schema could not be brought up to date; the text is what the database said."""


async def migrate() -> None:
    """Run all migrations that have not run yet, and add the schedules that are new.

    On SQLite also turn write-ahead logging on, and for a new database, which alone takes it, let
    room of deleted rows go back to the disk.

    Raises:
        MigrationError: a migration did not succeed.
    """
    if isinstance(Job._meta.db, SQLiteEngine):  # noqa: SLF001 - Piccolo's documented access
        await Job.raw("PRAGMA auto_vacuum = INCREMENTAL")
        await Job.raw("PRAGMA journal_mode = WAL")
    said = io.StringIO()
    with redirect_stdout(said):
        result = await run_forwards("sialoscope")
    if not result.success:
        raise MigrationError(result.message or said.getvalue())
    await add_missing_schedules()
