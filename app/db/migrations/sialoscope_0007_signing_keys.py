"""The keys that sign proof bundles."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.security.tables import SigningKey

ID = "2026-11-27T18:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keys that sign proof bundles"

TABLE = """
CREATE TABLE signing_key (
    fingerprint VARCHAR(80) PRIMARY KEY,
    public_pem TEXT NOT NULL,
    sealed_key TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
)
"""


async def forwards() -> MigrationManager:
    """Create the table."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def create() -> None:
        await SigningKey.raw(TABLE)

    manager.add_raw(create)
    return manager
