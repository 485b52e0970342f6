"""The tables of jobs, their queue, pending uploads, attempts, presets and the audit trail."""

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
    """A job: its input, its settings, its progress and its result. Times are UTC.

    Queue: ``turn`` orders it, lowest first. ``attempt`` counts the claims by workers and fences off
    a late one. ``lease_until`` is when another worker may claim a running job, and ``lost_leases``
    counts how often a lease was lost. ``faults`` counts the temporary faults since the owner queued
    the job, and ``not_before`` is when it may be tried again. ``worker`` claimed it last.
    ``untold`` means that the job has ended and its last event is not published yet.

    Origin: ``rerun_of`` is the job whose upload it analyzes again. A job with other overrides is a
    ``version`` of the first job, ``version_of``, which itself is version 1. Jobs of one request
    have the same ``batch_id``. ``request_id`` is the id of that request in the log.
    ``submission_sha256`` is the hash of the submission that first used the idempotency key.

    ``acted_by`` is the user who last submitted, started or cancelled it, if that is not the owner.
    ``deleted_by`` is set just before the row is deleted. A ``pinned`` job is never deleted by the
    data retention rule, nor are its versions. ``result_bytes`` is the size of its result files,
    null without a result and in old rows.

    ``tags`` are words between spaces, also at both ends, so that one is found as `` word ``.
    ``priority`` is 1 (high), 0 or -1 (low), among the owner's own jobs; see ``priority.py``.

    Once a version is signed off, triggers refuse to delete it and to change what makes its result
    (migration 0010). ``signed_off_name`` is the name that the account had then.
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
    tags = Text(default="")
    note = Text(default="")
    priority = Integer(default=0)
    signed_off_by = Varchar(length=64, null=True, default=None)
    signed_off_name = Varchar(length=254, null=True, default=None)
    signed_off_at = Timestamptz(null=True, default=None)


class QueuePause(Table, tablename="queue_pause"):
    """The pause of the queue: its one row, with ``id`` 1, exists while the queue is paused."""

    id = Integer(primary_key=True, default=1)
    paused_by = Varchar(length=64)
    paused_at = Timestamptz()


class BulkAction(Table, tablename="bulk_action"):
    """An action of ``owner`` on all jobs that matched the filter ``query`` when it began.

    ``job_ids`` are the jobs between spaces, emptied at the end; ``place`` is how many of them are
    behind it, of which ``done`` were changed and ``refused`` were not. ``reasons`` has the first
    refused ones. A web process holds it until ``lease_until``, and ``attempt`` fences off others.
    """

    id = Varchar(length=32, primary_key=True, default="")
    owner = Varchar(length=64)
    action = Varchar(length=16)
    query = Text()
    tags = Text()
    job_ids = Text()
    total = Integer()
    place = Integer()
    done = Integer()
    refused = Integer()
    reasons = JSON()
    state = Varchar(length=16)
    attempt = Integer()
    lease_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz()
    finished_at = Timestamptz(null=True, default=None)


class SavedView(Table, tablename="saved_view"):
    """A typed filter of the job list that an owner saved under a name."""

    id = Varchar(length=32, primary_key=True, default="")
    owner = Varchar(length=64)
    name = Varchar(length=60)
    query = Text()
    created_at = Timestamptz()


class WorkerSize(Table, tablename="worker_size"):
    """How many jobs each worker of a machine runs at once, if an operator set it."""

    host = Varchar(length=255, primary_key=True, default="")
    places = Integer()
    set_by = Varchar(length=64)
    set_at = Timestamptz()


class PendingUploadSize(Table, tablename="pending_upload"):
    """An upload that waits for its owner to start it; it counts for the storage quota.

    ``id`` is the id of the upload. The row is deleted with its first job, or when it has expired.
    """

    id = Varchar(length=32, primary_key=True, default="")
    owner = Varchar(length=64)
    bytes = BigInt()
    expires_at = Timestamptz()


class Attempt(Table):
    """A worker's attempt at a job. Triggers write all but the last two columns (migration 0014).

    ``outcome`` is null while it runs, then succeeded, failed, cancelled, retried after a temporary
    fault, lost with its worker, handed back by a worker that stopped, or deleted. ``message`` is
    the last message to the user; ``error`` and ``traceback`` are for administrators. These three
    are emptied when the job is deleted. ``queued_at`` is when the job started to wait.
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


class TableChoice(Table):
    """How an owner wants tables of one shape to be read.

    ``shape`` is the digest of the program and the header of a table, and ``choices`` are those of
    ``ReadingChoices`` that differ from what such a table says itself.
    """

    id = Varchar(length=32, primary_key=True, default="")
    owner = Varchar(length=64)
    shape = Varchar(length=64)
    choices = JSON()
    made_at = Timestamptz()


class Preset(Table):
    """Analysis settings, by field, that an owner saved under a name."""

    id = Varchar(length=32, primary_key=True, default="")
    owner = Varchar(length=64)
    name = Varchar(length=60)
    settings = JSON()


class Audit(Table):
    """An entry of the audit trail, written by triggers; see ``app/db/jobs/history/audit.py``."""

    id = Serial(primary_key=True)
    job_id = Varchar(length=32)
    owner = Varchar(length=64)
    at = Timestamptz()
    who = Varchar(length=64)
    what = Varchar(length=32)
    detail = JSON()
