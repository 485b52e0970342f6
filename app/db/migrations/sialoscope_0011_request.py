"""The request that made a job, so that the log tells of both by one id."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.jobs.tables import Job

ID = "2026-11-25T03:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Requests"

ADD = "ALTER TABLE job ADD COLUMN request_id VARCHAR(64) DEFAULT NULL"


async def forwards() -> MigrationManager:
    """Add the column."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def add() -> None:
        await Job.raw(ADD)

    manager.add_raw(add)
    return manager
