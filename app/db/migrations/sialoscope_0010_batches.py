"""The batch of a job: which jobs were submitted by one request."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.jobs.tables import Job

ID = "2026-11-25T03:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Batches"

STATEMENTS = (
    "ALTER TABLE job ADD COLUMN batch_id VARCHAR(32) DEFAULT NULL",
    "CREATE INDEX job_batch ON job (batch_id)",
)


async def forwards() -> MigrationManager:
    """Add the column, and find jobs by it."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def change() -> None:
        for statement in STATEMENTS:
            await Job.raw(statement)

    manager.add_raw(change)
    return manager
