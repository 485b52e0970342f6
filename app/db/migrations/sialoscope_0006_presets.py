"""The table of presets: settings that an owner keeps under a name."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.jobs.tables import Job

ID = "2026-11-25T01:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Presets"

CREATE = """
    CREATE TABLE preset (
        id VARCHAR(32) PRIMARY KEY,
        owner VARCHAR(64) NOT NULL,
        name VARCHAR(60) NOT NULL,
        settings JSON NOT NULL,
        UNIQUE (owner, name)
    )
"""


async def forwards() -> MigrationManager:
    """Create it."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def create() -> None:
        await Job.raw(CREATE)

    manager.add_raw(create)
    return manager
