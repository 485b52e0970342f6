"""The choices that a user made for tables of one shape, for the next table of that shape."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.jobs.tables import Job

ID = "2026-11-26T22:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Choices for tables of one shape"

TABLE = """
CREATE TABLE table_choice (
    id VARCHAR(32) PRIMARY KEY,
    owner VARCHAR(64) NOT NULL,
    shape VARCHAR(64) NOT NULL,
    choices JSON NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    UNIQUE (owner, shape)
)
"""


async def forwards() -> MigrationManager:
    """Create the table."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def create() -> None:
        await Job.raw(TABLE)

    manager.add_raw(create)
    return manager
