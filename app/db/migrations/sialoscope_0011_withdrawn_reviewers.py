"""Reviewers can be withdrawn from an open review."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.jobs.tables import Job

ID = "2026-11-28T01:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Reviewers who were withdrawn"


async def forwards() -> MigrationManager:
    """Add when a reviewer was withdrawn."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def add() -> None:
        await Job.raw("ALTER TABLE reviewer ADD COLUMN withdrawn_at TIMESTAMPTZ")

    manager.add_raw(add)
    return manager
