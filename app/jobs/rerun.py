"""Analyze a job's table again: as a new job of the user, or as the job's next version."""

from hashlib import sha256
from typing import Any

import msgspec

from app.analysis.overrides.override import Overrides, validate_overrides
from app.analysis.reading.decisions import ReadingChoices
from app.analysis.settings import AnalysisSettings
from app.db.jobs.new_job import NewJob, new_job_id
from app.db.jobs.priority import Priority, priority_of
from app.db.jobs.settings import (
    files_of,
    is_arbitration,
    kept_settings,
    overrides_of,
    settings_and_choices,
)
from app.db.jobs.tables import Job
from app.jobs.submission import JobSubmission
from app.jobs.upload_files import upload_key

TABLE_IS_GONE = "The table of this job is no longer stored; submit the file again."


async def rerun(
    submissions: JobSubmission,
    before: Job,
    settings: AnalysisSettings,
    *,
    by: str,
    choices: ReadingChoices | None = None,
    priority: Priority | None = None,
    idempotency_key: str | None = None,
) -> Job:
    """Make a new job of user ``by`` from the upload and the overrides of another job.

    Without ``choices`` it reads the table as the other job does, and without a ``priority`` it
    keeps that of the user's own job.

    Raises:
        UploadError: the upload is no longer stored.
        IdempotencyKeyError: the key was used for another submission.
    """
    if choices is None:
        _, choices = settings_and_choices(before)
    stored = kept_settings(
        settings.fields(),
        choices,
        overrides_of(before),
        files_of(before),
        is_arbitration=is_arbitration(before),
    )
    return await _add_copy(
        submissions,
        before,
        stored,
        owner=by,
        by=by,
        priority=priority,
        idempotency_key=idempotency_key,
    )


async def repeat(submissions: JobSubmission, before: Job, *, by: str) -> Job:
    """Make a new job of user ``by`` with the upload and all settings of another job.

    Raises:
        UploadError: the upload is no longer stored.
    """
    stored: dict[str, Any] = msgspec.json.decode(before.settings)
    return await _add_copy(submissions, before, stored, owner=by, by=by, idempotency_key=None)


async def refit(
    submissions: JobSubmission,
    before: Job,
    overrides: Overrides,
    *,
    by: str,
    idempotency_key: str | None = None,
) -> Job:
    """Make the next version of a job: its upload and settings, with only these overrides.

    It belongs to the owner of the job, even if another user makes it.

    Raises:
        OverrideError: a row has two overrides, or there are too many.
        UploadError: the upload is no longer stored.
        IdempotencyKeyError: the key was used for another submission.
    """
    return await _add_copy(
        submissions,
        before,
        kept_settings(
            *settings_and_choices(before),
            validate_overrides(overrides),
            files_of(before),
            is_arbitration=is_arbitration(before),
        ),
        owner=before.owner,
        by=by,
        idempotency_key=idempotency_key,
        version_of=before.version_of or before.id,
    )


async def _add_copy(
    submissions: JobSubmission,
    before: Job,
    stored: dict[str, Any],
    *,
    owner: str,
    by: str,
    idempotency_key: str | None,
    priority: Priority | None = None,
    version_of: str | None = None,
) -> Job:
    """Make a new job that shares the upload of another job.

    Raises:
        UploadError: the upload is no longer stored.
        IdempotencyKeyError: the key was used for another submission.
    """
    job_id = new_job_id()
    key = upload_key(job_id, before.upload_key)  # a renamed job still has its kind of file
    await submissions.share_table(before.upload_key, key, TABLE_IS_GONE)
    new = NewJob(
        id=job_id,
        owner=owner,
        acted_by=by,
        file_name=before.file_name,
        upload_key=key,
        upload_bytes=before.upload_bytes,
        upload_sha256=before.upload_sha256,
        settings=stored,
        idempotency_key=_scoped_key(idempotency_key, by=by, owner=owner),
        rerun_of=before.id,
        priority=priority or _kept_priority(before, owner),
        version_of=version_of,
    )
    return await submissions.add(new)


def _kept_priority(before: Job, owner: str) -> Priority:
    """Return the priority of a job for another one; that among jobs of others says nothing."""
    return priority_of(before) if before.owner == owner else Priority.NORMAL


def _scoped_key(key: str | None, *, by: str, owner: str) -> str | None:
    """Return a user's key; if the user acts for the owner, one that differs from the owner's."""
    if key is None or by == owner:
        return key
    return "by another " + sha256(f"{by}\0{key}".encode()).hexdigest()
