"""Tokens that open event streams alone, and alerts about the installation."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.jobs.tables import Job

ID = "2026-11-27T17:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Stream tokens, alerts"

STATEMENTS = (
    """
    CREATE TABLE stream_token (
        id VARCHAR(32) PRIMARY KEY,
        owner VARCHAR(64) NOT NULL,
        opens VARCHAR(8) NOT NULL,
        what VARCHAR(40) NOT NULL,
        secret_sha256 VARCHAR(64) NOT NULL,
        made_with VARCHAR(32) NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        expires_at TIMESTAMPTZ NOT NULL,
        revoked_at TIMESTAMPTZ
    )
    """,
    "CREATE UNIQUE INDEX stream_token_secret ON stream_token (secret_sha256)",
    "CREATE INDEX stream_token_owner ON stream_token (owner, created_at)",
    """
    CREATE TABLE alert_policy (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        recipients TEXT NOT NULL,
        rules JSON NOT NULL,
        next_at TIMESTAMPTZ NOT NULL,
        changed_by VARCHAR(64) NOT NULL,
        changed_at TIMESTAMPTZ
    )
    """,
    """
    CREATE TABLE alert (
        id VARCHAR(32) PRIMARY KEY,
        rule VARCHAR(32) NOT NULL,
        text TEXT NOT NULL,
        raised_at TIMESTAMPTZ NOT NULL,
        calm_since TIMESTAMPTZ,
        ended_at TIMESTAMPTZ
    )
    """,
    "CREATE UNIQUE INDEX alert_open ON alert (rule) WHERE ended_at IS NULL",
    "CREATE INDEX alert_raised ON alert (raised_at)",
)


async def forwards() -> MigrationManager:
    """Create the tables."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def create() -> None:
        for statement in STATEMENTS:
            await Job.raw(statement)

    manager.add_raw(create)
    return manager
