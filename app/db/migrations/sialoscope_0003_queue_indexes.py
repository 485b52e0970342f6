"""The indexes of the queue: whose turn it is, and which submission came before."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.jobs.tables import Job

ID = "2026-11-24T15:36:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The queue's indexes"


async def forwards() -> MigrationManager:
    """Create the indexes."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def create() -> None:
        await Job.raw("CREATE INDEX job_turn ON job (state, turn, queued_at)")
        await Job.raw("CREATE UNIQUE INDEX job_idempotency_key ON job (owner, idempotency_key)")

    manager.add_raw(create)
    return manager
