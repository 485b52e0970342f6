"""Who is told that a job has ended: letters, webhooks, and what is yet to be told.

A trigger notes the end of a job in the transaction that ends it, so that none is missed.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.jobs import is_postgresql
from app.db.tables import Job

ID = "2026-11-25T04:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Letters and webhooks on the end of a job"

SQLITE_SERIAL = "INTEGER"
POSTGRESQL_SERIAL = "BIGINT GENERATED ALWAYS AS IDENTITY"
STATEMENTS = (
    "ALTER TABLE letter ADD COLUMN owner VARCHAR(64) DEFAULT NULL",
    "ALTER TABLE letter ADD COLUMN unsubscribe TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX letter_owner ON letter (owner, created_at)",
    "CREATE TABLE mail_choice (owner VARCHAR(64) PRIMARY KEY, address VARCHAR(254) NOT NULL, "
    "kinds VARCHAR(100) NOT NULL, secret VARCHAR(64) NOT NULL)",
    "CREATE UNIQUE INDEX mail_choice_secret ON mail_choice (secret)",
    "CREATE TABLE ending (id {serial} PRIMARY KEY, job_id VARCHAR(32) NOT NULL, "
    "owner VARCHAR(64) NOT NULL, state VARCHAR(16) NOT NULL, file_name TEXT NOT NULL, "
    "message TEXT NOT NULL, error TEXT, summary JSON, version INTEGER NOT NULL, "
    "version_of VARCHAR(32), batch_id VARCHAR(32), created_at TIMESTAMPTZ NOT NULL, "
    "finished_at TIMESTAMPTZ NOT NULL)",
    "CREATE TABLE webhook (id VARCHAR(32) PRIMARY KEY, owner VARCHAR(64) NOT NULL, "
    "url TEXT NOT NULL, events VARCHAR(100) NOT NULL, secret VARCHAR(64) NOT NULL, "
    "enabled BOOLEAN NOT NULL, disabled_why TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL, "
    "taken_at TIMESTAMPTZ)",
    "CREATE INDEX webhook_owner ON webhook (owner)",
    "CREATE TABLE delivery (id VARCHAR(32) PRIMARY KEY, webhook VARCHAR(32) NOT NULL, "
    "event VARCHAR(16) NOT NULL, job_id VARCHAR(32), body TEXT NOT NULL, "
    "state VARCHAR(16) NOT NULL, tries INTEGER NOT NULL, attempt INTEGER NOT NULL, "
    "created_at TIMESTAMPTZ NOT NULL, not_before TIMESTAMPTZ NOT NULL, held_until TIMESTAMPTZ, "
    "tried_at TIMESTAMPTZ, status INTEGER, answer TEXT NOT NULL)",
    "CREATE INDEX delivery_due ON delivery (not_before) WHERE state = 'waiting'",
    "CREATE INDEX delivery_webhook ON delivery (webhook, created_at)",
)
COLUMNS = (
    *("job_id", "owner", "state", "file_name", "message", "error", "summary"),
    *("version", "version_of", "batch_id", "created_at", "finished_at"),
)
VALUES = ", ".join(f"NEW.{'id' if name == 'job_id' else name}" for name in COLUMNS)
HAS_ENDED = "NEW.state <> OLD.state AND NEW.state IN ('succeeded', 'failed', 'cancelled')"
NOTE = (
    f"INSERT INTO ending ({', '.join(COLUMNS)}) SELECT {VALUES} "  # noqa: S608 - names of our own
    "WHERE EXISTS (SELECT 1 FROM mail_choice WHERE owner = NEW.owner AND kinds <> '') "
    "OR EXISTS (SELECT 1 FROM webhook WHERE owner = NEW.owner AND enabled)"
)
ON_SQLITE = (
    f"CREATE TRIGGER job_has_ended AFTER UPDATE OF state ON job WHEN {HAS_ENDED} BEGIN {NOTE}; END",
)
ON_POSTGRESQL = (
    "CREATE FUNCTION job_has_ended() RETURNS trigger LANGUAGE plpgsql "
    f"AS $$ BEGIN {NOTE}; RETURN NULL; END $$",
    "CREATE TRIGGER job_has_ended AFTER UPDATE OF state ON job FOR EACH ROW "
    f"WHEN ({HAS_ENDED}) EXECUTE FUNCTION job_has_ended()",
)


async def forwards() -> MigrationManager:
    """Create the tables and the trigger."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def change() -> None:
        serial = POSTGRESQL_SERIAL if is_postgresql() else SQLITE_SERIAL
        trigger = ON_POSTGRESQL if is_postgresql() else ON_SQLITE
        for statement in (*STATEMENTS, *trigger):
            await Job.raw(statement.replace("{serial}", serial))

    manager.add_raw(change)
    return manager
