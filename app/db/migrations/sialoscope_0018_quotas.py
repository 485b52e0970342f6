"""Quotas of accounts, what counts for them, and shares with names that no account may have."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.jobs.tables import Job

ID = "2026-11-26T18:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Quotas and shares by name"

STATEMENTS = (
    "ALTER TABLE account ADD COLUMN waiting_jobs_quota INTEGER DEFAULT NULL",
    "ALTER TABLE account ADD COLUMN storage_mb_quota INTEGER DEFAULT NULL",
    "ALTER TABLE account ADD COLUMN submissions_per_hour_quota INTEGER DEFAULT NULL",
    "ALTER TABLE job ADD COLUMN result_bytes BIGINT DEFAULT NULL",
    "CREATE TABLE pending_upload (id VARCHAR(32) PRIMARY KEY, owner VARCHAR(64) NOT NULL, "
    "bytes BIGINT NOT NULL, expires_at TIMESTAMPTZ NOT NULL)",
    "CREATE INDEX pending_upload_owner ON pending_upload (owner)",
    "CREATE INDEX audit_who ON audit (who, at)",
    "ALTER TABLE share ADD COLUMN name VARCHAR(254) NOT NULL DEFAULT ''",
    "ALTER TABLE share ADD COLUMN name_key VARCHAR(254) NOT NULL DEFAULT ''",
    # A row whose account is gone gives nothing to anybody, and has no name to show any more.
    *(
        f"UPDATE share SET {column} = COALESCE("  # noqa: S608 - names of our own
        f"(SELECT {column} FROM account WHERE account.id = share.account), account)"
        for column in ("name", "name_key")
    ),
    "CREATE UNIQUE INDEX share_name ON share (job, name_key)",
)


async def forwards() -> MigrationManager:
    """Add the columns, the table and the indexes."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def change() -> None:
        for statement in STATEMENTS:
            await Job.raw(statement)

    manager.add_raw(change)
    return manager
