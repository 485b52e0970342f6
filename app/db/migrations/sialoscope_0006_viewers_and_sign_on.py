"""The role of viewers, and the identities of accounts at an OpenID provider."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine.transaction import is_postgresql, transaction
from app.db.jobs.tables import Job

ID = "2026-11-27T18:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The role of viewers, identities of accounts at an OpenID provider"

OLD_ROLES = "CHECK (role IN ('user', 'admin'))"
ROLES = "CHECK (role IN ('user', 'viewer', 'admin'))"
ON_POSTGRESQL = (
    "ALTER TABLE account DROP CONSTRAINT account_role_check",
    f"ALTER TABLE account ADD CONSTRAINT account_role_check {ROLES}",
)
IDENTITIES = (
    """
    CREATE TABLE account_identity (
        id VARCHAR(32) PRIMARY KEY,
        account VARCHAR(32) NOT NULL,
        issuer VARCHAR(500) NOT NULL,
        subject VARCHAR(255) NOT NULL,
        created_at TIMESTAMPTZ NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX account_identity_of_provider ON account_identity (issuer, subject)",
    "CREATE INDEX account_identity_account ON account_identity (account)",
)


async def forwards() -> MigrationManager:
    """Allow the role, and create the table."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def create() -> None:
        async with transaction():
            roles = ON_POSTGRESQL if is_postgresql() else await _rebuilt_accounts()
            for statement in (*roles, *IDENTITIES):
                await Job.raw(statement)

    manager.add_raw(create)
    return manager


async def _rebuilt_accounts() -> list[str]:
    """SQLite cannot change a check: copy the accounts into a table that has the new one."""
    found = await Job.raw("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'account'")
    # The definition has the columns of later migrations too, in their order.
    definition = str(found[0]["sql"]).replace(OLD_ROLES, ROLES)
    return [
        "ALTER TABLE account RENAME TO old_account",
        definition,
        "INSERT INTO account SELECT * FROM old_account",
        "DROP TABLE old_account",
    ]
