"""The tables: one row a job, from upload to result, what was done to it, and one a preset."""

from piccolo.columns import (
    JSON,
    BigInt,
    Boolean,
    Integer,
    Serial,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from app.contract.tasks import JobState, Step


class Job(Table):
    """A job: what was asked, how far it is, and what came of it.

    Times are UTC. ``attempt`` counts the claims by workers and fences a late one off;
    ``lease_until`` is when another worker may claim a running job, and ``lost_leases`` counts how
    often that came to pass. ``turn`` orders the queue, lowest first. ``faults`` counts the passing
    faults since the job was queued by its owner, ``not_before`` is when it may be tried again.
    ``rerun_of`` is the job whose upload it analyzes anew; ``submission_sha256`` tells what an
    idempotency key was first sent with; ``untold`` says that the job has ended and its last event
    has yet to go out. A job that refits another with overrides is a ``version`` of the first one,
    ``version_of``, which is version 1 itself. ``acted_by`` is who last submitted, started or
    cancelled it, where that is not the owner; ``deleted_by`` is set just before a row is deleted.
    Jobs that were submitted by one request have its ``batch_id``.
    ``request_id`` is that of the request that made the job, as the log has it; ``worker`` is who
    took it last. One that is ``pinned`` is kept for good, with all its versions.
    ``result_bytes`` is the size of its result files, once they are there and if it was noted.
    """

    id = Varchar(length=32, primary_key=True, default="")
    owner = Varchar(length=64)
    file_name = Text()
    upload_key = Text()
    upload_bytes = BigInt()
    upload_sha256 = Varchar(length=64)
    settings = JSON()
    state = Varchar(length=16, default=JobState.QUEUED)
    step = Varchar(length=16, default=Step.QUEUED)
    percentage = Integer(default=0)
    message = Text(default="")
    error = Text(null=True, default=None)
    task_id = Varchar(length=64, null=True, default=None)
    attempt = Integer(default=0)
    lease_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz()
    queued_at = Timestamptz()
    started_at = Timestamptz(null=True, default=None)
    finished_at = Timestamptz(null=True, default=None)
    result_key = Text(null=True, default=None)
    summary = JSON(null=True, default=None)
    turn = BigInt(default=0)
    lost_leases = Integer(default=0)
    faults = Integer(default=0)
    not_before = Timestamptz(null=True, default=None)
    cancel_requested = Boolean(default=False)
    idempotency_key = Varchar(length=255, null=True, default=None)
    rerun_of = Varchar(length=32, null=True, default=None)
    submission_sha256 = Varchar(length=64, null=True, default=None)
    untold = Boolean(default=False)
    version_of = Varchar(length=32, null=True, default=None)
    version = Integer(default=1)
    deleted_by = Varchar(length=64, null=True, default=None)
    acted_by = Varchar(length=64, null=True, default=None)
    batch_id = Varchar(length=32, null=True, default=None)
    request_id = Varchar(length=64, null=True, default=None)
    worker = Varchar(length=300, null=True, default=None)
    pinned = Boolean(default=False)
    result_bytes = BigInt(null=True, default=None)


class PendingUpload(Table, tablename="pending_upload"):
    """An upload that waits for its owner to start it; it counts for the owner's storage quota.

    ``id`` is that of the upload. The row goes with the first job of it, or when it has expired.
    """

    id = Varchar(length=32, primary_key=True, default="")
    owner = Varchar(length=64)
    bytes = BigInt()
    expires_at = Timestamptz()


class Attempt(Table):
    """A worker's try at a job. Triggers write all but the last two columns (migration 0014).

    ``outcome`` is null while it runs, then succeeded, failed, cancelled, retried after a passing
    fault, lost with its worker, handed back by a worker that stopped, or deleted. ``message`` is
    what the user was told at its end; ``error`` and ``traceback`` are for administrators. Those
    three are emptied when the job is deleted. ``queued_at`` is when the job began to wait.
    """

    id = Serial(primary_key=True)
    job_id = Varchar(length=32)
    attempt = Integer()
    worker = Varchar(length=300, null=True, default=None)
    queued_at = Timestamptz()
    started_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    outcome = Varchar(length=16, null=True, default=None)
    message = Text(null=True, default=None)
    error = Text(null=True, default=None)
    traceback = Text(null=True, default=None)


class Preset(Table):
    """Settings of an analysis, by their fields, that an owner keeps under a name."""

    id = Varchar(length=32, primary_key=True, default="")
    owner = Varchar(length=64)
    name = Varchar(length=60)
    settings = JSON()


class Audit(Table):
    """An entry of the audit trail, written by triggers; see ``app/db/jobs/audit.py``."""

    id = Serial(primary_key=True)
    job_id = Varchar(length=32)
    owner = Varchar(length=64)
    at = Timestamptz()
    who = Varchar(length=64)
    what = Varchar(length=32)
    detail = JSON()
