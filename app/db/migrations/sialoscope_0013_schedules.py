"""Schedules and their runs, how long jobs are kept, and jobs that are kept for good."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.postgres import PostgresEngine

from app.db.jobs.tables import Job
from app.db.migrations.sialoscope_0007_audit import ENTRY, POSTGRESQL, SQLITE

ID = "2026-11-25T05:13:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Schedules and retention"

TABLES = (
    "CREATE TABLE schedule (name VARCHAR(40) PRIMARY KEY, task VARCHAR(40) NOT NULL, "
    "cron VARCHAR(100) NOT NULL, paused BOOLEAN NOT NULL, catch_up BOOLEAN NOT NULL, "
    "next_run_at TIMESTAMPTZ NOT NULL, last_run_at TIMESTAMPTZ, changed_by VARCHAR(64), "
    "changed_at TIMESTAMPTZ)",
    "CREATE TABLE schedule_run (id VARCHAR(32) PRIMARY KEY, schedule VARCHAR(40) NOT NULL, "
    "due_at TIMESTAMPTZ NOT NULL, asked_by VARCHAR(64), outcome VARCHAR(16) NOT NULL, "
    "attempt INTEGER NOT NULL DEFAULT 0, sent_at TIMESTAMPTZ, lease_until TIMESTAMPTZ, "
    "started_at TIMESTAMPTZ, ended_at TIMESTAMPTZ, message TEXT NOT NULL, counts JSON NOT NULL)",
    # Whoever claims or asks, no schedule has two runs at once.
    "CREATE UNIQUE INDEX schedule_run_open ON schedule_run (schedule) WHERE ended_at IS NULL",
    "CREATE INDEX schedule_run_due ON schedule_run (schedule, due_at)",
    "CREATE TABLE keep_rule (id INTEGER PRIMARY KEY CHECK (id = 1), "
    "default_days INTEGER NOT NULL, most_days INTEGER NOT NULL, "
    "CHECK (1 <= default_days AND default_days <= most_days))",
    "CREATE TABLE owner_choice (owner VARCHAR(64) PRIMARY KEY, keep_days INTEGER, "
    "digest VARCHAR(8) NOT NULL DEFAULT '', digest_until TIMESTAMPTZ)",
    "ALTER TABLE job ADD COLUMN pinned BOOLEAN NOT NULL DEFAULT false",
    "CREATE INDEX job_pinned ON job (id) WHERE pinned",
)
TRIGGER = "audit_job_pinned"
PINNED = (
    f"{ENTRY} VALUES (NEW.id, NEW.owner, {{now}}, NEW.owner, "
    "CASE WHEN NEW.pinned THEN 'kept' ELSE 'kept no longer' END, {object}())"
)


async def forwards() -> MigrationManager:
    """Add the tables and the column, and tell the audit trail of it."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def change() -> None:
        engine = Job._meta.db  # noqa: SLF001 - Piccolo's documented access
        entries = _on_postgresql() if isinstance(engine, PostgresEngine) else _on_sqlite()
        for statement in (*TABLES, *entries):
            await Job.raw(statement.replace("{", "{{").replace("}", "}}"))

    manager.add_raw(change)
    return manager


def _on_sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {TRIGGER} AFTER UPDATE OF pinned ON job WHEN NEW.pinned <> OLD.pinned "
        f"BEGIN {PINNED.format(**SQLITE)}; END"
    ]


def _on_postgresql() -> list[str]:
    return [
        f"CREATE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN {PINNED.format(**POSTGRESQL)}; RETURN NULL; END $$",
        f"CREATE TRIGGER {TRIGGER} AFTER UPDATE OF pinned ON job FOR EACH ROW "
        f"WHEN (NEW.pinned <> OLD.pinned) EXECUTE FUNCTION {TRIGGER}()",
    ]
