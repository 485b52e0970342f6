"""The pause of the queue, and tags and notes of jobs."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.jobs.tables import Job

ID = "2026-11-27T07:15:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Pause of the queue, tags and notes of jobs"

STATEMENTS = (
    "ALTER TABLE job ADD COLUMN tags TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE job ADD COLUMN note TEXT NOT NULL DEFAULT ''",
    """
    CREATE TABLE queue_pause (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        paused_by VARCHAR(64) NOT NULL,
        paused_at TIMESTAMPTZ NOT NULL
    )
    """,
)


async def forwards() -> MigrationManager:
    """Add the columns and create the table."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def create() -> None:
        for statement in STATEMENTS:
            await Job.raw(statement)

    manager.add_raw(create)
    return manager
