"""The outbox: letters that wait to be sent, and what became of them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.jobs.tables import Job

ID = "2026-11-25T03:09:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Letters"

STATEMENTS = (
    "CREATE TABLE letter (id VARCHAR(32) PRIMARY KEY, recipient VARCHAR(254) NOT NULL, "
    "subject TEXT NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL, state VARCHAR(16) NOT NULL, "
    "tries INTEGER NOT NULL DEFAULT 0, created_at TIMESTAMPTZ NOT NULL, "
    "not_before TIMESTAMPTZ NOT NULL, error TEXT NOT NULL)",
    "CREATE INDEX letter_due ON letter (not_before) WHERE state = 'waiting'",
)


async def forwards() -> MigrationManager:
    """Create it."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def create() -> None:
        for statement in STATEMENTS:
            await Job.raw(statement)

    manager.add_raw(create)
    return manager
