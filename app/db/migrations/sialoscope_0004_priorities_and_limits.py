"""Priorities of jobs, limits of running jobs, saved views of the job list, and sizes of workers."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.jobs.tables import Job

ID = "2026-11-27T13:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Priorities of jobs, limits of running jobs, saved views, sizes of workers"

STATEMENTS = (
    "ALTER TABLE job ADD COLUMN priority INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX job_prioritized ON job (owner) WHERE state = 'queued' AND priority <> 0",
    "ALTER TABLE account ADD COLUMN running_jobs_quota INTEGER",
    "ALTER TABLE account ADD COLUMN started_per_hour_quota INTEGER",
    "CREATE INDEX audit_started ON audit (owner, at) WHERE what = 'started'",
    """
    CREATE TABLE saved_view (
        id VARCHAR(32) PRIMARY KEY,
        owner VARCHAR(64) NOT NULL,
        name VARCHAR(60) NOT NULL,
        query TEXT NOT NULL,
        created_at TIMESTAMPTZ NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX saved_view_name ON saved_view (owner, name)",
    """
    CREATE TABLE worker_size (
        host VARCHAR(255) PRIMARY KEY,
        places INTEGER NOT NULL,
        set_by VARCHAR(64) NOT NULL,
        set_at TIMESTAMPTZ NOT NULL
    )
    """,
)


async def forwards() -> MigrationManager:
    """Add the columns and create the tables."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def create() -> None:
        for statement in STATEMENTS:
            await Job.raw(statement)

    manager.add_raw(create)
    return manager
