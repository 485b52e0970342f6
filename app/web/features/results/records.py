"""The record of a run, and the check that a result still matches it."""

from pathlib import Path
from typing import Any

import msgspec

from app.analysis.reporting.fingerprint import fingerprint_of_stored
from app.analysis.reporting.reasons import has_facts
from app.db.jobs.errors import JobConflictError, JobNotFoundError
from app.db.jobs.history.audit import Entry, trail_of
from app.db.jobs.sharing.permission import NotPermittedError, permitted
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.results.rows import Result, result_of

NO_RECORD = (
    "This result has no run record: it was made before records were kept. Run the job again to get "
    "one."
)


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the stored rows match the record, and those of the repeated job.

    ``sha256`` is that of the rows as they are now. ``other`` is the job that this one repeats;
    ``is_equal`` is null without one, and ``same_request`` says whether both had the same table,
    settings and overrides.
    """

    sha256: str
    is_intact: bool
    other: str | None = None
    is_equal: bool | None = None
    same_request: bool | None = None


def record_file(result: Result) -> Path:
    """The file of the record of a result.

    Raises:
        JobConflictError: The result has no record.
    """
    try:
        return result.file("record.json")
    except FileNotFoundError:
        raise JobConflictError(NO_RECORD) from None


def record_of(job: Job, storage: Folder) -> dict[str, Any]:
    """The record of the run that made a job's result, with its sign-off if there is one.

    Raises:
        JobConflictError: The job has no result, or one without a record.
    """
    record = dict(msgspec.json.decode(record_file(result_of(job, storage)).read_bytes()))
    signed_off = signed_off_of(job)
    return record | {"signed_off": signed_off} if signed_off else record


def signed_off_of(job: Job) -> dict[str, str] | None:
    """Who signed off a version, by name, and when (ISO 8601 in UTC); None if nobody did."""
    if not job.signed_off_at:
        return None
    return {"by": job.signed_off_name or "", "at": job.signed_off_at.isoformat()}


def check(job: Job, before: Job | None, storage: Folder) -> Check:
    """Compare the rows of a result with its record, and with the job that it repeats.

    Raises:
        JobConflictError: The job has no result with a record.
    """
    record = record_of(job, storage)
    result = result_of(job, storage)
    found = fingerprint_of_stored(result.stored_rows())
    is_intact = found == record["result"]["sha256"]
    if before is None or before.result_key is None:
        return Check(sha256=found, is_intact=is_intact)
    return Check(
        sha256=found,
        is_intact=is_intact,
        other=before.id,
        is_equal=are_equal(result, result_of(before, storage)),
        same_request=_request(job) == _request(before),
    )


def are_equal(one: Result, other: Result) -> bool:
    """Whether two results have the same rows; an earlier version stored reasons in words."""
    as_stored = has_facts(one.stored_rows()) == has_facts(other.stored_rows())
    found = (each.stored_rows() if as_stored else each.rows() for each in (one, other))
    first, second = (fingerprint_of_stored(rows) for rows in found)
    return first == second


def _request(job: Job) -> tuple[str, Any]:
    return job.upload_sha256, msgspec.json.decode(job.settings)


async def audit_trail_of(job_id: str, user: str) -> list[Entry]:
    """The actions on a job that a user sees, or on a deleted job of theirs."""
    try:
        await permitted(job_id, user)
    except JobNotFoundError:
        return await trail_of(job_id, owner=user)
    return await trail_of(job_id, owner=None)


async def run_before(job: Job, user: str) -> Job | None:
    """The job that this one repeats, if the user may see it."""
    if not job.rerun_of:
        return None
    try:
        return await permitted(job.rerun_of, user)
    except (JobNotFoundError, NotPermittedError):
        return None
