"""The indexes of submitting, listing and sweeping; those they replace go."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.jobs.tables import Job

ID = "2026-11-25T00:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes for submitting, listing and sweeping"

STATEMENTS = (
    "DROP INDEX job_state",
    "DROP INDEX job_owner",
    "CREATE INDEX job_owner_created_at ON job (owner, created_at)",
    "CREATE INDEX job_owner_turn ON job (owner, state, turn)",
    "CREATE INDEX job_finished_at ON job (finished_at)",
    "CREATE INDEX job_untold ON job (finished_at) WHERE untold",
)


async def forwards() -> MigrationManager:
    """Drop and create them."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def change() -> None:
        for statement in STATEMENTS:
            await Job.raw(statement)

    manager.add_raw(change)
    return manager
