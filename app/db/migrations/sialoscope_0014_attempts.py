"""The attempts of a job, which the database itself notes as the job's state changes.

Triggers do it in the transaction of each change, so an attempt ends whoever ends it: its worker,
the sweeper that finds it lost, or who deletes the job.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.postgres import PostgresEngine

from app.db.jobs.tables import Job

ID = "2026-11-25T05:14:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Attempts"

TABLE = (
    "ALTER TABLE job ADD COLUMN worker VARCHAR(300) DEFAULT NULL",
    "CREATE TABLE attempt (id {serial} PRIMARY KEY, job_id VARCHAR(32) NOT NULL, "
    "attempt INTEGER NOT NULL, worker VARCHAR(300), queued_at TIMESTAMPTZ NOT NULL, "
    "started_at TIMESTAMPTZ NOT NULL, ended_at TIMESTAMPTZ, outcome VARCHAR(16), message TEXT, "
    "error TEXT, traceback TEXT, UNIQUE (job_id, attempt))",
    "CREATE INDEX attempt_ended_at ON attempt (ended_at)",
    "CREATE INDEX attempt_worker ON attempt (worker, started_at)",
)
# The last attempt of each job that was there before; of those before it nothing is known.
KNOWN = (
    "INSERT INTO attempt "
    "(job_id, attempt, queued_at, started_at, ended_at, outcome, message, error) "
    "SELECT id, attempt, queued_at, started_at, finished_at, "
    "CASE state WHEN 'running' THEN NULL ELSE state END, message, error "
    "FROM job WHERE attempt > 0 AND started_at IS NOT NULL"
)
OUTCOME = (
    "CASE WHEN NEW.state <> 'queued' THEN NEW.state "
    "WHEN NEW.lost_leases > OLD.lost_leases THEN 'lost' "
    "WHEN NEW.faults > OLD.faults THEN 'retried' ELSE 'handed back' END"
)
# How the two databases say the same; SQLite as Piccolo writes its times.
SQLITE = {
    "serial": "INTEGER",
    "now": "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')",
    "outcome": OUTCOME,
}
POSTGRESQL = {
    "serial": "BIGINT GENERATED ALWAYS AS IDENTITY",
    "now": "clock_timestamp()",
    "outcome": OUTCOME,
}
# Name of the trigger: the event, when it counts, and what is noted.
NOTES = {
    "attempt_begun": (
        "UPDATE OF state",
        "NEW.state = 'running' AND OLD.state = 'queued'",
        "INSERT INTO attempt (job_id, attempt, worker, queued_at, started_at) "
        "VALUES (NEW.id, NEW.attempt, NEW.worker, NEW.queued_at, NEW.started_at)",
    ),
    "attempt_ended": (
        "UPDATE OF state",
        "OLD.state = 'running' AND NEW.state <> 'running'",
        "UPDATE attempt SET outcome = {outcome}, ended_at = COALESCE(NEW.finished_at, {now}), "
        "message = NEW.message, error = COALESCE(error, NEW.error) "
        "WHERE job_id = NEW.id AND attempt = NEW.attempt",
    ),
    "attempt_of_deleted": (
        "DELETE",
        "1 = 1",
        "UPDATE attempt SET outcome = COALESCE(outcome, 'deleted'), "
        "ended_at = COALESCE(ended_at, {now}), message = NULL, error = NULL, traceback = NULL "
        "WHERE job_id = OLD.id",
    ),
}


async def forwards() -> MigrationManager:
    """Add the column, the table and the triggers."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def change() -> None:
        engine = Job._meta.db  # noqa: SLF001 - Piccolo's documented access
        is_postgresql = isinstance(engine, PostgresEngine)
        for statement in _on_postgresql() if is_postgresql else _on_sqlite():
            await Job.raw(statement.replace("{", "{{").replace("}", "}}"))

    manager.add_raw(change)
    return manager


def _on_sqlite() -> list[str]:
    notes = [
        f"CREATE TRIGGER {name} AFTER {event} ON job WHEN {counts} "
        f"BEGIN {note.format(**SQLITE)}; END"
        for name, (event, counts, note) in NOTES.items()
    ]
    return [*(part.format(**SQLITE) for part in TABLE), KNOWN, *notes]


def _on_postgresql() -> list[str]:
    statements = [*(part.format(**POSTGRESQL) for part in TABLE), KNOWN]
    for name, (event, counts, note) in NOTES.items():
        when = "" if counts == "1 = 1" else f"WHEN ({counts})"
        statements += [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$ BEGIN {note.format(**POSTGRESQL)}; RETURN NULL; END $$",
            f"CREATE TRIGGER {name} AFTER {event} ON job FOR EACH ROW {when} "
            f"EXECUTE FUNCTION {name}()",
        ]
    return statements
