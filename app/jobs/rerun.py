"""Analyze a job's table again: as a new job of the user, or as the job's next version."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import msgspec

from app.analysis.overrides.override import Overrides, validate_overrides
from app.analysis.reading.decisions import ReadingChoices
from app.analysis.settings import AnalysisSettings
from app.db.jobs.changes.new_job import NewJob, new_job_id
from app.db.jobs.contents.settings import (
    files_of,
    is_arbitration,
    kept_settings,
    overrides_of,
    settings_and_choices,
)
from app.db.jobs.tables import Job
from app.db.jobs.turns.priority import Priority, priority_of
from app.jobs.submission import JobSubmission, StoredTable
from app.jobs.upload_files import upload_key
from app.storage import Saved

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
    kept = kept_settings(
        settings.fields(),
        choices,
        overrides_of(before),
        files_of(before),
        is_arbitration=is_arbitration(before),
    )
    copy = await _copy_of(submissions, before, kept, owner=by, by=by)
    priority = priority or copy.priority
    return await submissions.add(replace(copy, priority=priority, idempotency_key=idempotency_key))


async def repeat(submissions: JobSubmission, before: Job, *, by: str) -> Job:
    """Make a new job of user ``by`` with the upload and all settings of another job.

    Raises:
        UploadError: the upload is no longer stored.
    """
    kept: dict[str, Any] = msgspec.json.decode(before.settings)
    return await submissions.add(await _copy_of(submissions, before, kept, owner=by, by=by))


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
    kept = kept_settings(
        *settings_and_choices(before),
        validate_overrides(overrides),
        files_of(before),
        is_arbitration=is_arbitration(before),
    )
    copy = await _copy_of(submissions, before, kept, owner=before.owner, by=by)
    key = _scoped_key(idempotency_key, by=by, owner=before.owner)
    return await submissions.add(
        replace(copy, idempotency_key=key, version_of=before.version_of or before.id)
    )


async def _copy_of(
    submissions: JobSubmission, before: Job, kept: dict[str, Any], *, owner: str, by: str
) -> NewJob:
    """A new job with the settings ``kept``, which shares the upload of another job.

    Raises:
        UploadError: the upload is no longer stored.
    """
    job_id = new_job_id()
    key = upload_key(job_id, before.upload_key)  # a renamed job still has its kind of file
    await submissions.share_table(before.upload_key, key, TABLE_IS_GONE)
    table = StoredTable(
        job_id, before.file_name, key, Saved(before.upload_bytes, before.upload_sha256)
    )
    priority = _kept_priority(before, owner)
    return table.job(owner, kept, acted_by=by, rerun_of=before.id, priority=priority)


def _kept_priority(before: Job, owner: str) -> Priority:
    """Return the priority of a job for another one; that among jobs of others says nothing."""
    return priority_of(before) if before.owner == owner else Priority.NORMAL


def _scoped_key(key: str | None, *, by: str, owner: str) -> str | None:
    """Return a user's key; if the user acts for the owner, one that differs from the owner's."""
    if key is None or by == owner:
        return key
    return "by another " + sha256(f"{by}\0{key}".encode()).hexdigest()
