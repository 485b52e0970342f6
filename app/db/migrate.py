"""Migrate the database to the schema of this version."""

import io
from contextlib import redirect_stdout
from typing import NamedTuple

from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.commands.forwards import run_forwards
from piccolo.apps.migrations.tables import Migration
from piccolo.engine.sqlite import SQLiteEngine

from app.db.jobs.tables import Job
from app.db.piccolo_app import APP_CONFIG
from app.db.schedules.store import add_missing_schedules
from app.settings import CannotStartError

ALL = "all"
PREDATES_RELEASE = (
    "The database was made by an unfinished version before 0.1.0, and cannot be migrated. Point "
    "DATABASE_URL or SIALOSCOPE_DATA to a new place, or move the old database away."
)


class MigrationError(CannotStartError):
    """A migration failed; the text is the error of the database."""


class Standing(NamedTuple):
    """The state of the schema, as ids of migrations, oldest first.

    ``to_come`` have not run yet; ``unknown`` have run and belong to a newer version. A database
    that ``predates_release`` ran only some of the migrations that the first one replaced.
    """

    latest: str
    to_come: list[str]
    unknown: list[str]
    predates_release: bool


async def standing() -> Standing:
    """Return the state of the schema without changing it.

    Raises:
        app.db.engine.connect.DATABASE_FAULTS: the database does not answer.
    """
    known = known_migrations()
    is_begun = await Migration.table_exists()
    ran = await Migration.get_migrations_which_ran(APP_CONFIG.app_name) if is_begun else []
    return Standing(
        latest=known[-1],
        to_come=[each for each in known if each not in ran],
        unknown=sorted(each for each in ran if each > known[0] and each not in known),
        predates_release=bool(ran) and known[0] not in ran,
    )


def known_migrations() -> list[str]:
    """Return the ids of this version's migrations, oldest first."""
    modules = BaseMigrationManager().get_migration_modules(str(APP_CONFIG.migrations_folder_path))
    return sorted(modules)


async def migrate(up_to: str = ALL) -> None:
    """Run all migrations that have not run yet, and add new schedules.

    On SQLite this also turns on write-ahead logging, and incremental vacuum, which works only in a
    new database.

    ``up_to`` is the id of the last migration to run.

    Raises:
        MigrationError: a migration failed, or the database is older than the first release.
    """
    if (await standing()).predates_release:
        raise MigrationError(PREDATES_RELEASE)
    if isinstance(Job._meta.db, SQLiteEngine):  # noqa: SLF001 - Piccolo's documented access
        await Job.raw("PRAGMA auto_vacuum = INCREMENTAL")
        await Job.raw("PRAGMA journal_mode = WAL")
    output = io.StringIO()
    with redirect_stdout(output):
        result = await run_forwards(APP_CONFIG.app_name, migration_id=up_to)
    if not result.success:
        raise MigrationError(result.message or output.getvalue())
    if up_to == ALL:
        await add_missing_schedules()
