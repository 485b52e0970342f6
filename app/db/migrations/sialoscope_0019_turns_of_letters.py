"""Turns of letters, so that many to one person keep those to others waiting no more."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.accounts.tables import Email

ID = "2026-11-26T19:19:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Turns of letters"

STATEMENTS = (
    "ALTER TABLE letter ADD COLUMN turn INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX letter_turn ON letter (turn, not_before) WHERE state = 'waiting'",
)


async def forwards() -> MigrationManager:
    """Add the column and its index."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def run() -> None:
        for statement in STATEMENTS:
            await Email.raw(statement)

    manager.add_raw(run)
    return manager
