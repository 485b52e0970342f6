"""Check before the start that the database has the schema of this version."""

from app.db.engine.connect import kept_open
from app.db.migrate import PREDATES_RELEASE, standing
from app.settings import CannotStartError

NOT_MIGRATED = (
    "The database lacks {} of this version, so pages and workers would fail. Run "
    "'sialoscope migrate' once, with the same settings; then start this again."
)


async def require_schema() -> None:
    """Make sure that all migrations of this version have run.

    A database that a newer version migrated is taken: its schema only has more.

    Raises:
        CannotStartError: a migration has not run, or the database is older than the first release.
    """
    async with kept_open():
        found = await standing()
    if found.predates_release:
        raise CannotStartError(PREDATES_RELEASE)
    if found.to_come:
        number = len(found.to_come)
        raise CannotStartError(
            NOT_MIGRATED.format("a migration" if number == 1 else f"{number} migrations")
        )
