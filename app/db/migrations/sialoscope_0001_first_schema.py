"""The first schema: all tables, indexes and triggers of version 0.1.0, on SQLite and PostgreSQL.

Triggers write the audit trail, the attempts of a job and the note that a job has ended. They run in
the transaction of each change, so no way to a job goes around them, whoever changes it.
"""

from typing import NamedTuple

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine.transaction import is_postgresql
from app.db.jobs.tables import Job

# The id of the last migration before 0.1.0, so that a database which ran it is recognised (ADR 46).
ID = "2026-11-26T19:19:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The first schema"

TABLES = """
-- Jobs, what happened to them, and what people keep beside them.
CREATE TABLE job (
    id VARCHAR(32) PRIMARY KEY NOT NULL DEFAULT '',
    owner VARCHAR(64) NOT NULL DEFAULT '',
    file_name TEXT NOT NULL DEFAULT '',
    upload_key TEXT NOT NULL DEFAULT '',
    upload_bytes BIGINT NOT NULL DEFAULT 0,
    upload_sha256 VARCHAR(64) NOT NULL DEFAULT '',
    settings JSON NOT NULL DEFAULT '{}',
    state VARCHAR(16) NOT NULL DEFAULT 'queued',
    step VARCHAR(16) NOT NULL DEFAULT 'queued',
    percentage INTEGER NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT '',
    error TEXT,
    task_id VARCHAR(64),
    attempt INTEGER NOT NULL DEFAULT 0,
    lease_until TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    queued_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    started_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    result_key TEXT,
    summary JSON,
    turn BIGINT NOT NULL DEFAULT 0,
    lost_leases INTEGER NOT NULL DEFAULT 0,
    faults INTEGER NOT NULL DEFAULT 0,
    not_before TIMESTAMPTZ,
    cancel_requested BOOLEAN NOT NULL DEFAULT false,
    idempotency_key VARCHAR(255),
    rerun_of VARCHAR(32),
    submission_sha256 VARCHAR(64),
    untold BOOLEAN NOT NULL DEFAULT false,
    version_of VARCHAR(32),
    version INTEGER NOT NULL DEFAULT 1,
    deleted_by VARCHAR(64),
    acted_by VARCHAR(64),
    batch_id VARCHAR(32),
    request_id VARCHAR(64),
    pinned BOOLEAN NOT NULL DEFAULT false,
    worker VARCHAR(300),
    result_bytes BIGINT
);
CREATE INDEX job_turn ON job (state, turn, queued_at);
CREATE UNIQUE INDEX job_idempotency_key ON job (owner, idempotency_key);
CREATE INDEX job_owner_created_at ON job (owner, created_at);
CREATE INDEX job_owner_turn ON job (owner, state, turn);
CREATE INDEX job_finished_at ON job (finished_at);
CREATE INDEX job_untold ON job (finished_at) WHERE untold;
CREATE UNIQUE INDEX job_version ON job (version_of, version);
CREATE INDEX job_batch ON job (batch_id);
CREATE INDEX job_pinned ON job (id) WHERE pinned;

CREATE TABLE audit (
    id {counted},
    job_id VARCHAR(32) NOT NULL,
    owner VARCHAR(64) NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    who VARCHAR(64) NOT NULL,
    what VARCHAR(32) NOT NULL,
    detail JSON NOT NULL
);
CREATE INDEX audit_job ON audit (job_id, id);
CREATE INDEX audit_who ON audit (who, at);

CREATE TABLE attempt (
    id {counted},
    job_id VARCHAR(32) NOT NULL,
    attempt INTEGER NOT NULL,
    worker VARCHAR(300),
    queued_at TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    outcome VARCHAR(16),
    message TEXT,
    error TEXT,
    traceback TEXT,
    UNIQUE (job_id, attempt)
);
CREATE INDEX attempt_ended_at ON attempt (ended_at);
CREATE INDEX attempt_worker ON attempt (worker, started_at);

CREATE TABLE preset (
    id VARCHAR(32) PRIMARY KEY,
    owner VARCHAR(64) NOT NULL,
    name VARCHAR(60) NOT NULL,
    settings JSON NOT NULL,
    UNIQUE (owner, name)
);

CREATE TABLE pending_upload (
    id VARCHAR(32) PRIMARY KEY,
    owner VARCHAR(64) NOT NULL,
    bytes BIGINT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX pending_upload_owner ON pending_upload (owner);

-- Accounts.
CREATE TABLE account (
    id VARCHAR(32) PRIMARY KEY,
    name VARCHAR(254) NOT NULL,
    name_key VARCHAR(254) NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role VARCHAR(16) NOT NULL CHECK (role IN ('user', 'admin')),
    created_at TIMESTAMPTZ NOT NULL,
    last_login_at TIMESTAMPTZ,
    disabled BOOLEAN NOT NULL DEFAULT false,
    generation INTEGER NOT NULL DEFAULT 0,
    waiting_jobs_quota INTEGER,
    storage_mb_quota INTEGER,
    submissions_per_hour_quota INTEGER
);

CREATE TABLE account_link (
    id VARCHAR(32) PRIMARY KEY,
    secret_sha256 VARCHAR(64) NOT NULL UNIQUE,
    purpose VARCHAR(16) NOT NULL,
    name VARCHAR(254) NOT NULL,
    role VARCHAR(16) NOT NULL,
    account VARCHAR(32),
    made_by VARCHAR(64) NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);

CREATE TABLE api_token (
    id VARCHAR(32) PRIMARY KEY,
    owner VARCHAR(64) NOT NULL,
    name VARCHAR(60) NOT NULL,
    secret_sha256 VARCHAR(64) NOT NULL UNIQUE,
    prefix VARCHAR(16) NOT NULL,
    scopes VARCHAR(100) NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX api_token_owner ON api_token (owner);

CREATE TABLE share (
    id VARCHAR(32) PRIMARY KEY,
    job VARCHAR(32) NOT NULL,
    account VARCHAR(32) NOT NULL,
    may VARCHAR(8) NOT NULL CHECK (may IN ('view', 'edit')),
    created_at TIMESTAMPTZ NOT NULL,
    name VARCHAR(254) NOT NULL DEFAULT '',
    name_key VARCHAR(254) NOT NULL DEFAULT '',
    UNIQUE (job, account)
);
CREATE INDEX share_account ON share (account);
CREATE UNIQUE INDEX share_name ON share (job, name_key);

CREATE TABLE second_factor (
    account VARCHAR(32) PRIMARY KEY,
    secret TEXT NOT NULL,
    confirmed BOOLEAN NOT NULL DEFAULT false,
    last_step BIGINT NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE recovery_code (
    id VARCHAR(32) PRIMARY KEY,
    account VARCHAR(32) NOT NULL,
    code_sha256 VARCHAR(64) NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX recovery_code_account ON recovery_code (account);

CREATE TABLE account_policy (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    second_factor VARCHAR(16) NOT NULL CHECK (second_factor IN ('nobody', 'admins', 'all'))
);

CREATE TABLE security_event (
    id {counted},
    at TIMESTAMPTZ NOT NULL,
    kind VARCHAR(40) NOT NULL,
    actor VARCHAR(64) NOT NULL,
    actor_name VARCHAR(254) NOT NULL,
    about VARCHAR(64) NOT NULL,
    about_name VARCHAR(254) NOT NULL,
    address VARCHAR(64) NOT NULL,
    detail JSON NOT NULL
);
CREATE INDEX security_event_at ON security_event (at);
CREATE INDEX security_event_kind ON security_event (kind, id);
CREATE INDEX security_event_actor ON security_event (actor, id);
CREATE INDEX security_event_about ON security_event (about, id);

-- E-mail and webhooks. The table letter holds the e-mails to send.
CREATE TABLE letter (
    id VARCHAR(32) PRIMARY KEY,
    recipient VARCHAR(254) NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ NOT NULL,
    not_before TIMESTAMPTZ NOT NULL,
    error TEXT NOT NULL,
    owner VARCHAR(64),
    unsubscribe TEXT NOT NULL DEFAULT '',
    turn INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX letter_due ON letter (not_before) WHERE state = 'waiting';
CREATE INDEX letter_owner ON letter (owner, created_at);
CREATE INDEX letter_turn ON letter (turn, not_before) WHERE state = 'waiting';

CREATE TABLE mail_choice (
    owner VARCHAR(64) PRIMARY KEY,
    address VARCHAR(254) NOT NULL,
    kinds VARCHAR(100) NOT NULL,
    secret VARCHAR(64) NOT NULL
);
CREATE UNIQUE INDEX mail_choice_secret ON mail_choice (secret);

CREATE TABLE ending (
    id {countable},
    job_id VARCHAR(32) NOT NULL,
    owner VARCHAR(64) NOT NULL,
    state VARCHAR(16) NOT NULL,
    file_name TEXT NOT NULL,
    message TEXT NOT NULL,
    error TEXT,
    summary JSON,
    version INTEGER NOT NULL,
    version_of VARCHAR(32),
    batch_id VARCHAR(32),
    created_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE webhook (
    id VARCHAR(32) PRIMARY KEY,
    owner VARCHAR(64) NOT NULL,
    url TEXT NOT NULL,
    events VARCHAR(100) NOT NULL,
    secret VARCHAR(64) NOT NULL,
    enabled BOOLEAN NOT NULL,
    disabled_why TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    taken_at TIMESTAMPTZ
);
CREATE INDEX webhook_owner ON webhook (owner);

CREATE TABLE delivery (
    id VARCHAR(32) PRIMARY KEY,
    webhook VARCHAR(32) NOT NULL,
    event VARCHAR(16) NOT NULL,
    job_id VARCHAR(32),
    body TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    tries INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    not_before TIMESTAMPTZ NOT NULL,
    held_until TIMESTAMPTZ,
    tried_at TIMESTAMPTZ,
    status INTEGER,
    answer TEXT NOT NULL
);
CREATE INDEX delivery_due ON delivery (not_before) WHERE state = 'waiting';
CREATE INDEX delivery_webhook ON delivery (webhook, created_at);

-- Schedules and data retention.
CREATE TABLE schedule (
    name VARCHAR(40) PRIMARY KEY,
    task VARCHAR(40) NOT NULL,
    cron VARCHAR(100) NOT NULL,
    paused BOOLEAN NOT NULL,
    catch_up BOOLEAN NOT NULL,
    next_run_at TIMESTAMPTZ NOT NULL,
    last_run_at TIMESTAMPTZ,
    changed_by VARCHAR(64),
    changed_at TIMESTAMPTZ
);

CREATE TABLE schedule_run (
    id VARCHAR(32) PRIMARY KEY,
    schedule VARCHAR(40) NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    asked_by VARCHAR(64),
    outcome VARCHAR(16) NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    sent_at TIMESTAMPTZ,
    lease_until TIMESTAMPTZ,
    started_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    message TEXT NOT NULL,
    counts JSON NOT NULL
);
-- No schedule has two runs at once, whoever claims or requests one.
CREATE UNIQUE INDEX schedule_run_open ON schedule_run (schedule) WHERE ended_at IS NULL;
CREATE INDEX schedule_run_due ON schedule_run (schedule, due_at);

CREATE TABLE keep_rule (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    default_days INTEGER NOT NULL,
    most_days INTEGER NOT NULL,
    CHECK (1 <= default_days AND default_days <= most_days)
);

CREATE TABLE owner_choice (
    owner VARCHAR(64) PRIMARY KEY,
    keep_days INTEGER,
    digest VARCHAR(8) NOT NULL DEFAULT '',
    digest_until TIMESTAMPTZ
);
"""
SQLITE = {
    "counted": "INTEGER PRIMARY KEY",
    "countable": "INTEGER PRIMARY KEY",
    "trail_now": "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')",
    "now": "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')",  # as Piccolo writes times
    "object": "json_object",
    "overrides": "json_extract(NEW.settings, '$.overrides')",
}
POSTGRESQL = {
    "counted": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "countable": "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    "trail_now": "clock_timestamp()",
    "now": "clock_timestamp()",
    "object": "json_build_object",
    "overrides": "NEW.settings::jsonb -> 'overrides'",
}


class Trigger(NamedTuple):
    """What the database does after a change of a job; ``when`` is empty if it always does."""

    name: str
    event: str
    when: str
    statement: str


ENTRY = "INSERT INTO audit (job_id, owner, at, who, what, detail)"
ACTOR = "COALESCE(NEW.acted_by, NEW.owner)"
# Who changes the state of a job: a person starts it again, or cancels it while it waits.
BY = (
    f"CASE WHEN NEW.state = 'queued' AND OLD.state <> 'running' THEN {ACTOR} "
    f"WHEN NEW.state = 'cancelled' AND OLD.state = 'queued' THEN {ACTOR} ELSE 'service' END"
)
BECAME = (
    "CASE NEW.state WHEN 'running' THEN 'started' WHEN 'queued' THEN 'queued again' "
    "ELSE NEW.state END"
)
SUBMITTED_AS = (
    "CASE WHEN NEW.version_of IS NOT NULL THEN 'override' "
    "WHEN NEW.rerun_of IS NOT NULL THEN 'rerun' ELSE 'submitted' END"
)
# The entry on a job that was run again belongs to the owner of that job.
OWNER_BEFORE = "COALESCE((SELECT owner FROM job WHERE id = NEW.rerun_of), NEW.owner)"
OUTCOME = (
    "CASE WHEN NEW.state <> 'queued' THEN NEW.state "
    "WHEN NEW.lost_leases > OLD.lost_leases THEN 'lost' "
    "WHEN NEW.faults > OLD.faults THEN 'retried' ELSE 'handed back' END"
)
TRIGGERS = (
    Trigger(
        "audit_job_begun",
        "INSERT",
        "",
        f"{ENTRY} VALUES (NEW.id, NEW.owner, {{trail_now}}, {ACTOR}, {SUBMITTED_AS}, {{object}}("
        "'file_name', NEW.file_name, 'sha256', NEW.upload_sha256, 'of', NEW.rerun_of, "
        "'version', NEW.version, 'overrides', {overrides}))",
    ),
    Trigger(
        "audit_job_followed",
        "INSERT",
        "NEW.rerun_of IS NOT NULL",
        f"{ENTRY} VALUES (NEW.rerun_of, {OWNER_BEFORE}, {{trail_now}}, {ACTOR}, {SUBMITTED_AS}, "
        "{object}('as', NEW.id, 'version', NEW.version, 'overrides', {overrides}))",
    ),
    Trigger(
        "audit_job_state",
        "UPDATE OF state",
        "NEW.state <> OLD.state",
        f"{ENTRY} VALUES (NEW.id, NEW.owner, {{trail_now}}, {BY}, {BECAME}, {{object}}("
        "'attempt', NEW.attempt, 'message', NEW.message, 'error', NEW.error))",
    ),
    Trigger(
        "audit_job_unwanted",
        "UPDATE OF cancel_requested",
        "NEW.cancel_requested AND NOT OLD.cancel_requested",
        f"{ENTRY} VALUES (NEW.id, NEW.owner, {{trail_now}}, {ACTOR}, 'cancel requested', "
        "{object}('attempt', NEW.attempt))",
    ),
    Trigger(
        "audit_job_pinned",
        "UPDATE OF pinned",
        "NEW.pinned <> OLD.pinned",
        f"{ENTRY} VALUES (NEW.id, NEW.owner, {{trail_now}}, NEW.owner, "
        "CASE WHEN NEW.pinned THEN 'kept' ELSE 'kept no longer' END, {object}())",
    ),
    Trigger(
        "audit_job_deleted",
        "DELETE",
        "",
        f"{ENTRY} VALUES (OLD.id, OLD.owner, {{trail_now}}, COALESCE(OLD.deleted_by, 'service'), "
        "'deleted', {object}('file_name', OLD.file_name, 'state', OLD.state))",
    ),
    Trigger(
        "attempt_begun",
        "UPDATE OF state",
        "NEW.state = 'running' AND OLD.state = 'queued'",
        "INSERT INTO attempt (job_id, attempt, worker, queued_at, started_at) "
        "VALUES (NEW.id, NEW.attempt, NEW.worker, NEW.queued_at, NEW.started_at)",
    ),
    Trigger(
        "attempt_ended",
        "UPDATE OF state",
        "OLD.state = 'running' AND NEW.state <> 'running'",
        f"UPDATE attempt SET outcome = {OUTCOME}, ended_at = COALESCE(NEW.finished_at, {{now}}), "  # noqa: S608 - names of our own
        "message = NEW.message, error = COALESCE(error, NEW.error) "
        "WHERE job_id = NEW.id AND attempt = NEW.attempt",
    ),
    Trigger(
        "attempt_of_deleted",
        "DELETE",
        "",
        "UPDATE attempt SET outcome = COALESCE(outcome, 'deleted'), "
        "ended_at = COALESCE(ended_at, {now}), message = NULL, error = NULL, traceback = NULL "
        "WHERE job_id = OLD.id",
    ),
    # Noted only if the owner wants to be notified.
    Trigger(
        "job_has_ended",
        "UPDATE OF state",
        "NEW.state <> OLD.state AND NEW.state IN ('succeeded', 'failed', 'cancelled')",
        "INSERT INTO ending (job_id, owner, state, file_name, message, error, summary, version, "
        "version_of, batch_id, created_at, finished_at) SELECT NEW.id, NEW.owner, NEW.state, "
        "NEW.file_name, NEW.message, NEW.error, NEW.summary, NEW.version, NEW.version_of, "
        "NEW.batch_id, NEW.created_at, NEW.finished_at "
        "WHERE EXISTS (SELECT 1 FROM mail_choice WHERE owner = NEW.owner AND kinds <> '') "
        "OR EXISTS (SELECT 1 FROM webhook WHERE owner = NEW.owner AND enabled)",
    ),
)
# Tables that only grow, and what the database answers to a change.
GROWING = {
    "audit": "The audit trail only grows; an entry can be neither changed nor deleted.",
    "security_event": "The security trail only grows; an entry can be neither changed nor deleted.",
}


async def forwards() -> MigrationManager:
    """Create tables, indexes and triggers."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)

    async def create() -> None:
        for statement in _on_postgresql() if is_postgresql() else _on_sqlite():
            await Job.raw(statement.replace("{", "{{").replace("}", "}}"))

    manager.add_raw(create)
    return manager


def _on_sqlite() -> list[str]:
    statements = _tables(SQLITE)
    for trigger in TRIGGERS:
        when = f" WHEN {trigger.when}" if trigger.when else ""
        statements.append(
            f"CREATE TRIGGER {trigger.name} AFTER {trigger.event} ON job{when} "
            f"BEGIN {trigger.statement.format(**SQLITE)}; END"
        )
    for table, error in GROWING.items():
        refuse = f"BEGIN SELECT RAISE(ABORT, '{error}'); END"
        # OR REPLACE would delete an entry without asking the trigger on DELETE.
        exists = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608 - our own
        statements += [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {exists} {refuse}",
        ]
    return statements


def _on_postgresql() -> list[str]:
    statements = _tables(POSTGRESQL)
    for trigger in TRIGGERS:
        name, event, when, statement = trigger
        body = f"{statement.format(**POSTGRESQL)}; RETURN NULL;"
        condition = f"WHEN ({when}) " if when else ""
        statements += [
            _function(name, body),
            f"CREATE TRIGGER {name} AFTER {event} ON job FOR EACH ROW {condition}"
            f"EXECUTE FUNCTION {name}()",
        ]
    for table, error in GROWING.items():
        refuse = f"EXECUTE FUNCTION {table}_refuse()"
        statements += [
            _function(f"{table}_refuse", f"RAISE EXCEPTION '{error}';"),
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW {refuse}",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT {refuse}",
        ]
    return statements


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def _tables(words: dict[str, str]) -> list[str]:
    text = TABLES.replace("{counted}", words["counted"]).replace("{countable}", words["countable"])
    return [each for each in text.split(";") if each.strip()]
