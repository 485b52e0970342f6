"""The pause of the queue, tags and notes of jobs, and actions on many jobs."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.jobs.tables import Job

ID = "2026-11-27T07:15:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Pause of the queue, tags, notes, actions on many jobs"

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
    """
    CREATE TABLE bulk_action (
        id VARCHAR(32) PRIMARY KEY,
        owner VARCHAR(64) NOT NULL,
        action VARCHAR(16) NOT NULL,
        query TEXT NOT NULL,
        tags TEXT NOT NULL,
        job_ids TEXT NOT NULL,
        total INTEGER NOT NULL,
        place INTEGER NOT NULL,
        done INTEGER NOT NULL,
        refused INTEGER NOT NULL,
        reasons JSON NOT NULL,
        state VARCHAR(16) NOT NULL,
        attempt INTEGER NOT NULL,
        lease_until TIMESTAMPTZ,
        created_at TIMESTAMPTZ NOT NULL,
        finished_at TIMESTAMPTZ
    )
    """,
    "CREATE INDEX bulk_action_owner ON bulk_action (owner, created_at)",
    "CREATE INDEX bulk_action_running ON bulk_action (lease_until) WHERE state = 'running'",
)


async def forwards() -> MigrationManager:
    """Add the columns and create the tables."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def create() -> None:
        for statement in STATEMENTS:
            await Job.raw(statement)

    manager.add_raw(create)
    return manager
