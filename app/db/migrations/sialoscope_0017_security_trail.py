"""The security trail, which only grows, and second factors."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.postgres import PostgresEngine

from app.db.jobs.tables import Job

ID = "2026-11-26T00:17:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The security trail and second factors"

TABLES = (
    "CREATE TABLE security_event (id {serial} PRIMARY KEY, at TIMESTAMPTZ NOT NULL, "
    "kind VARCHAR(40) NOT NULL, actor VARCHAR(64) NOT NULL, actor_name VARCHAR(254) NOT NULL, "
    "about VARCHAR(64) NOT NULL, about_name VARCHAR(254) NOT NULL, "
    "address VARCHAR(64) NOT NULL, detail JSON NOT NULL)",
    "CREATE INDEX security_event_at ON security_event (at)",
    "CREATE INDEX security_event_kind ON security_event (kind, id)",
    "CREATE INDEX security_event_actor ON security_event (actor, id)",
    "CREATE INDEX security_event_about ON security_event (about, id)",
    "CREATE TABLE second_factor (account VARCHAR(32) PRIMARY KEY, secret TEXT NOT NULL, "
    "confirmed BOOLEAN NOT NULL DEFAULT false, last_step BIGINT NOT NULL DEFAULT 0, "
    "created_at TIMESTAMPTZ NOT NULL)",
    "CREATE TABLE recovery_code (id VARCHAR(32) PRIMARY KEY, account VARCHAR(32) NOT NULL, "
    "code_sha256 VARCHAR(64) NOT NULL, used_at TIMESTAMPTZ)",
    "CREATE INDEX recovery_code_account ON recovery_code (account)",
    "CREATE TABLE account_policy (id INTEGER PRIMARY KEY CHECK (id = 1), "
    "second_factor VARCHAR(16) NOT NULL CHECK (second_factor IN ('nobody', 'admins', 'all')))",
)
REFUSED = "The security trail only grows; an entry can be neither changed nor deleted."
IS_THERE = "EXISTS (SELECT 1 FROM security_event WHERE id = NEW.id)"
ON_SQLITE = (
    *(
        f"CREATE TRIGGER security_event_no_{event.lower()} BEFORE {event} ON security_event "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        for event in ("UPDATE", "DELETE")
    ),
    # OR REPLACE would delete an entry without a trigger's leave.
    "CREATE TRIGGER security_event_no_replace BEFORE INSERT ON security_event "
    f"WHEN {IS_THERE} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
)
ON_POSTGRESQL = (
    "CREATE FUNCTION security_event_refuse() RETURNS trigger LANGUAGE plpgsql "
    f"AS $$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$",
    "CREATE TRIGGER security_event_no_change BEFORE UPDATE OR DELETE ON security_event "
    "FOR EACH ROW EXECUTE FUNCTION security_event_refuse()",
    "CREATE TRIGGER security_event_no_truncate BEFORE TRUNCATE ON security_event "
    "FOR EACH STATEMENT EXECUTE FUNCTION security_event_refuse()",
)


async def forwards() -> MigrationManager:
    """Add the tables and the triggers."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def change() -> None:
        engine = Job._meta.db  # noqa: SLF001 - Piccolo's documented access
        is_postgresql = isinstance(engine, PostgresEngine)
        serial = "BIGINT GENERATED ALWAYS AS IDENTITY" if is_postgresql else "INTEGER"
        for table in TABLES:
            await Job.raw(table.format(serial=serial))
        for trigger in ON_POSTGRESQL if is_postgresql else ON_SQLITE:
            await Job.raw(trigger)

    manager.add_raw(change)
    return manager
