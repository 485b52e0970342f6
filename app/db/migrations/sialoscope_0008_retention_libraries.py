"""Retention libraries, their versions, and the runs that use them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine.transaction import is_postgresql
from app.db.libraries.tables import RetentionLibrary

ID = "2026-11-27T21:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Retention libraries"

TABLES = (
    """
    CREATE TABLE retention_library (
        id VARCHAR(32) PRIMARY KEY,
        owner VARCHAR(64) NOT NULL,
        name VARCHAR(60) NOT NULL,
        is_shared BOOLEAN NOT NULL,
        created_at TIMESTAMPTZ NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX retention_library_name ON retention_library (owner, name)",
    """
    CREATE TABLE library_version (
        id VARCHAR(48) PRIMARY KEY,
        library VARCHAR(32) NOT NULL,
        version INTEGER NOT NULL,
        job VARCHAR(32) NOT NULL,
        file_name TEXT NOT NULL,
        made_by VARCHAR(254) NOT NULL,
        made_at TIMESTAMPTZ NOT NULL,
        engine VARCHAR(32) NOT NULL,
        settings JSON NOT NULL,
        law TEXT NOT NULL,
        sha256 VARCHAR(64) NOT NULL,
        size_bytes INTEGER NOT NULL,
        classes INTEGER NOT NULL,
        anchors INTEGER NOT NULL,
        spread_min DOUBLE PRECISION NOT NULL,
        imported_by VARCHAR(254) NOT NULL,
        signed_by VARCHAR(80) NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX library_version_number ON library_version (library, version)",
    """
    CREATE TABLE library_run (
        job VARCHAR(32) PRIMARY KEY,
        library VARCHAR(32) NOT NULL,
        version INTEGER NOT NULL,
        made_at TIMESTAMPTZ NOT NULL
    )
    """,
    "CREATE INDEX library_run_library ON library_run (library, made_at)",
)
REFUSAL = "A version of a retention library never changes."
ON_SQLITE = (
    "CREATE TRIGGER library_version_no_update BEFORE UPDATE ON library_version "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)
ON_POSTGRESQL = (
    "CREATE FUNCTION library_version_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    "CREATE TRIGGER library_version_no_update BEFORE UPDATE ON library_version "
    "FOR EACH ROW EXECUTE FUNCTION library_version_refuse()",
)


async def forwards() -> MigrationManager:
    """Create the tables, and the triggers that keep versions as they are."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def create() -> None:
        for statement in (*TABLES, *(ON_POSTGRESQL if is_postgresql() else ON_SQLITE)):
            await RetentionLibrary.raw(statement)

    manager.add_raw(create)
    return manager
