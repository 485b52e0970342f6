"""Accounts, their links and tokens, shared jobs, and in the audit trail who acted for an owner."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.postgres import PostgresEngine

from app.db.jobs.tables import Job
from app.db.migrations.sialoscope_0007_audit import BECAME, BEGUN_AS, ENTRY, POSTGRESQL, SQLITE

ID = "2026-11-25T03:08:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Accounts, tokens and shares"

TABLES = (
    "CREATE TABLE account (id VARCHAR(32) PRIMARY KEY, name VARCHAR(254) NOT NULL, "
    "name_key VARCHAR(254) NOT NULL UNIQUE, password_hash TEXT NOT NULL, "
    "role VARCHAR(16) NOT NULL CHECK (role IN ('user', 'admin')), created_at TIMESTAMPTZ NOT NULL, "
    "last_login_at TIMESTAMPTZ, disabled BOOLEAN NOT NULL DEFAULT false, "
    "generation INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE account_link (id VARCHAR(32) PRIMARY KEY, "
    "secret_sha256 VARCHAR(64) NOT NULL UNIQUE, purpose VARCHAR(16) NOT NULL, "
    "name VARCHAR(254) NOT NULL, role VARCHAR(16) NOT NULL, account VARCHAR(32), "
    "made_by VARCHAR(64) NOT NULL, created_at TIMESTAMPTZ NOT NULL, "
    "expires_at TIMESTAMPTZ NOT NULL, used_at TIMESTAMPTZ)",
    "CREATE TABLE api_token (id VARCHAR(32) PRIMARY KEY, owner VARCHAR(64) NOT NULL, "
    "name VARCHAR(60) NOT NULL, secret_sha256 VARCHAR(64) NOT NULL UNIQUE, "
    "prefix VARCHAR(16) NOT NULL, scopes VARCHAR(100) NOT NULL, created_at TIMESTAMPTZ NOT NULL, "
    "expires_at TIMESTAMPTZ, last_used_at TIMESTAMPTZ, revoked_at TIMESTAMPTZ)",
    "CREATE INDEX api_token_owner ON api_token (owner)",
    "CREATE TABLE share (id VARCHAR(32) PRIMARY KEY, job VARCHAR(32) NOT NULL, "
    "account VARCHAR(32) NOT NULL, may VARCHAR(8) NOT NULL CHECK (may IN ('view', 'edit')), "
    "created_at TIMESTAMPTZ NOT NULL, UNIQUE (job, account))",
    "CREATE INDEX share_account ON share (account)",
    "ALTER TABLE job ADD COLUMN acted_by VARCHAR(64) DEFAULT NULL",
)
ACTOR = "COALESCE(NEW.acted_by, NEW.owner)"
BY = f"CASE WHEN NEW.state = 'queued' AND OLD.state <> 'running' THEN {ACTOR} "
BY += f"WHEN NEW.state = 'cancelled' AND OLD.state = 'queued' THEN {ACTOR} ELSE 'service' END"
# The entry of a job that was run again belongs to the owner of that job.
OWNER_BEFORE = "COALESCE((SELECT owner FROM job WHERE id = NEW.rerun_of), NEW.owner)"
# Those of migration 0007 that say who acted.
ENTRIES = {
    "audit_job_begun": (
        "INSERT",
        "1 = 1",
        f"{ENTRY} VALUES (NEW.id, NEW.owner, {{now}}, {ACTOR}, {BEGUN_AS}, {{object}}("
        "'file_name', NEW.file_name, 'sha256', NEW.upload_sha256, 'of', NEW.rerun_of, "
        "'version', NEW.version, 'overrides', {overrides}))",
    ),
    "audit_job_followed": (
        "INSERT",
        "NEW.rerun_of IS NOT NULL",
        f"{ENTRY} VALUES (NEW.rerun_of, {OWNER_BEFORE}, {{now}}, {ACTOR}, {BEGUN_AS}, {{object}}("
        "'as', NEW.id, 'version', NEW.version, 'overrides', {overrides}))",
    ),
    "audit_job_state": (
        "UPDATE OF state",
        "NEW.state <> OLD.state",
        f"{ENTRY} VALUES (NEW.id, NEW.owner, {{now}}, {BY}, {BECAME}, {{object}}("
        "'attempt', NEW.attempt, 'message', NEW.message, 'error', NEW.error))",
    ),
    "audit_job_unwanted": (
        "UPDATE OF cancel_requested",
        "NEW.cancel_requested AND NOT OLD.cancel_requested",
        f"{ENTRY} VALUES (NEW.id, NEW.owner, {{now}}, {ACTOR}, 'cancel requested', "
        "{object}('attempt', NEW.attempt))",
    ),
}


async def forwards() -> MigrationManager:
    """Add the tables and the column, and let the triggers tell who acted."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def change() -> None:
        engine = Job._meta.db  # noqa: SLF001 - Piccolo's documented access
        entries = _on_postgresql() if isinstance(engine, PostgresEngine) else _on_sqlite()
        for statement in (*TABLES, *entries):
            await Job.raw(statement.replace("{", "{{").replace("}", "}}"))

    manager.add_raw(change)
    return manager


def _on_sqlite() -> list[str]:
    statements = []
    for name, (event, counts, entry) in ENTRIES.items():
        statements += [
            f"DROP TRIGGER {name}",
            f"CREATE TRIGGER {name} AFTER {event} ON job WHEN {counts} "
            f"BEGIN {entry.format(**SQLITE)}; END",
        ]
    return statements


def _on_postgresql() -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN {entry.format(**POSTGRESQL)}; RETURN NULL; END $$"
        for name, (_, _, entry) in ENTRIES.items()
    ]
