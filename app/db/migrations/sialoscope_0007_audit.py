"""Versions of a job, and the audit trail, which the database itself writes and lets nobody change.

Triggers write an entry in the transaction of each change, so no way to a job goes around them.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.postgres import PostgresEngine

from app.db.jobs.tables import Job

ID = "2026-11-25T00:03:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Versions and the audit trail"

COLUMNS = (
    "ALTER TABLE job ADD COLUMN version_of VARCHAR(32) DEFAULT NULL",
    "ALTER TABLE job ADD COLUMN version INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE job ADD COLUMN deleted_by VARCHAR(64) DEFAULT NULL",
    "CREATE UNIQUE INDEX job_version ON job (version_of, version)",
)
TABLE = (
    "CREATE TABLE audit (id {serial} PRIMARY KEY, job_id VARCHAR(32) NOT NULL, "
    "owner VARCHAR(64) NOT NULL, at TIMESTAMPTZ NOT NULL, who VARCHAR(64) NOT NULL, "
    "what VARCHAR(32) NOT NULL, detail JSON NOT NULL)",
    "CREATE INDEX audit_job ON audit (job_id, id)",
)
ENTRY = "INSERT INTO audit (job_id, owner, at, who, what, detail)"
# How the two databases say the same.
SQLITE = {
    "serial": "INTEGER",
    "now": "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')",
    "object": "json_object",
    "overrides": "json_extract(NEW.settings, '$.overrides')",
}
POSTGRESQL = {
    "serial": "BIGINT GENERATED ALWAYS AS IDENTITY",
    "now": "clock_timestamp()",
    "object": "json_build_object",
    "overrides": "NEW.settings::jsonb -> 'overrides'",
}
BEGUN_AS = (
    "CASE WHEN NEW.version_of IS NOT NULL THEN 'override' "
    "WHEN NEW.rerun_of IS NOT NULL THEN 'rerun' ELSE 'submitted' END"
)
# By whom a job changes its state: its owner starts it again or cancels it while it waits.
BY = "CASE WHEN NEW.state = 'queued' AND OLD.state <> 'running' THEN NEW.owner "
BY += "WHEN NEW.state = 'cancelled' AND OLD.state = 'queued' THEN NEW.owner ELSE 'service' END"
BECAME = "CASE NEW.state WHEN 'running' THEN 'started' WHEN 'queued' THEN 'queued again' "
BECAME += "ELSE NEW.state END"
# Name of the trigger: the event, when it counts, and the entry.
ENTRIES = {
    "audit_job_begun": (
        "INSERT",
        "1 = 1",
        f"{ENTRY} VALUES (NEW.id, NEW.owner, {{now}}, NEW.owner, {BEGUN_AS}, {{object}}("
        "'file_name', NEW.file_name, 'sha256', NEW.upload_sha256, 'of', NEW.rerun_of, "
        "'version', NEW.version, 'overrides', {overrides}))",
    ),
    "audit_job_followed": (
        "INSERT",
        "NEW.rerun_of IS NOT NULL",
        f"{ENTRY} VALUES (NEW.rerun_of, NEW.owner, {{now}}, NEW.owner, {BEGUN_AS}, {{object}}("
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
        f"{ENTRY} VALUES (NEW.id, NEW.owner, {{now}}, NEW.owner, 'cancel requested', "
        "{object}('attempt', NEW.attempt))",
    ),
    "audit_job_deleted": (
        "DELETE",
        "1 = 1",
        f"{ENTRY} VALUES (OLD.id, OLD.owner, {{now}}, COALESCE(OLD.deleted_by, 'service'), "
        "'deleted', {object}('file_name', OLD.file_name, 'state', OLD.state))",
    ),
}
REFUSED = "The audit trail only grows; an entry can be neither changed nor deleted."


async def forwards() -> MigrationManager:
    """Add the columns, the table and the triggers."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def change() -> None:
        engine = Job._meta.db  # noqa: SLF001 - Piccolo's documented access
        is_postgresql = isinstance(engine, PostgresEngine)
        for statement in _on_postgresql() if is_postgresql else _on_sqlite():
            await Job.raw(statement.replace("{", "{{").replace("}", "}}"))

    manager.add_raw(change)
    return manager


def _on_sqlite() -> list[str]:
    entries = [
        f"CREATE TRIGGER {name} AFTER {event} ON job WHEN {counts} "
        f"BEGIN {entry.format(**SQLITE)}; END"
        for name, (event, counts, entry) in ENTRIES.items()
    ]
    guards = [
        f"CREATE TRIGGER audit_no_{event.lower()} BEFORE {event} ON audit "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        for event in ("UPDATE", "DELETE")
    ]
    # OR REPLACE would delete an entry without a trigger's leave.
    is_there = "WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)"
    guards.append(
        f"CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit {is_there} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    )
    return [*COLUMNS, *(part.format(**SQLITE) for part in TABLE), *entries, *guards]


def _on_postgresql() -> list[str]:
    statements = [*COLUMNS, *(part.format(**POSTGRESQL) for part in TABLE)]
    for name, (event, counts, entry) in ENTRIES.items():
        when = "" if counts == "1 = 1" else f"WHEN ({counts})"
        statements += [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$ BEGIN {entry.format(**POSTGRESQL)}; RETURN NULL; END $$",
            f"CREATE TRIGGER {name} AFTER {event} ON job FOR EACH ROW {when} "
            f"EXECUTE FUNCTION {name}()",
        ]
    return [
        *statements,
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$",
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW "
        "EXECUTE FUNCTION audit_refuse()",
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT "
        "EXECUTE FUNCTION audit_refuse()",
    ]
