"""How a job's table is analyzed anew: as a new job of who asks, or as its next version."""

from hashlib import sha256
from typing import Any

import msgspec

from app.analysis.overrides import Overrides, validate_overrides
from app.analysis.settings import AnalysisSettings
from app.db.jobs.settings import files_of, kept_settings, overrides_of, settings_and_mapping
from app.db.jobs.store import NewJob, new_job_id
from app.db.jobs.tables import Job
from app.jobs.submission import Intake
from app.jobs.upload_files import upload_key

TABLE_IS_GONE = "The table of this job is gone; submit the file again."


async def rerun(
    intake: Intake,
    before: Job,
    settings: AnalysisSettings,
    *,
    by: str,
    mapping: dict[str, str] | None = None,
    idempotency_key: str | None = None,
) -> Job:
    """Make a new job of an earlier one's upload, with its overrides; it is who asks' own.

    Without a ``mapping`` its columns are those of the earlier one.

    Raises:
        UploadError: the upload is gone.
        IdempotencyKeyError: the key came before with something else.
    """
    if mapping is None:
        _, mapping = settings_and_mapping(before)
    stored = kept_settings(vars(settings), mapping, overrides_of(before), files_of(before))
    return await _again(intake, before, stored, owner=by, by=by, idempotency_key=idempotency_key)


async def repeat(intake: Intake, before: Job, *, by: str) -> Job:
    """Make a new job, who asks' own, that asks exactly what an earlier one asked.

    Raises:
        UploadError: the upload is gone.
    """
    stored: dict[str, Any] = msgspec.json.decode(before.settings)
    return await _again(intake, before, stored, owner=by, by=by, idempotency_key=None)


async def refit(
    intake: Intake,
    before: Job,
    overrides: Overrides,
    *,
    by: str,
    idempotency_key: str | None = None,
) -> Job:
    """Make the next version of a job: its upload and settings, with these overrides alone.

    It belongs to the owner of the job, whoever asks.

    Raises:
        OverrideError: two overrides are of one row, or there are too many.
        UploadError: the upload is gone.
        IdempotencyKeyError: the key came before with something else.
    """
    return await _again(
        intake,
        before,
        kept_settings(
            *settings_and_mapping(before), validate_overrides(overrides), files_of(before)
        ),
        owner=before.owner,
        by=by,
        idempotency_key=idempotency_key,
        version_of=before.version_of or before.id,
    )


async def _again(
    intake: Intake,
    before: Job,
    stored: dict[str, Any],
    *,
    owner: str,
    by: str,
    idempotency_key: str | None,
    version_of: str | None = None,
) -> Job:
    """Make a new job of an earlier one's upload, which both have from now on.

    Raises:
        UploadError: the upload is gone.
        IdempotencyKeyError: the key came before with something else.
    """
    job_id = new_job_id()
    key = upload_key(job_id, before.file_name)
    await intake.share_table(before.upload_key, key, TABLE_IS_GONE)
    new = NewJob(
        id=job_id,
        owner=owner,
        acted_by=by,
        file_name=before.file_name,
        upload_key=key,
        upload_bytes=before.upload_bytes,
        upload_sha256=before.upload_sha256,
        settings=stored,
        idempotency_key=_key_of(idempotency_key, by=by, owner=owner),
        rerun_of=before.id,
        version_of=version_of,
    )
    return await intake.add(new)


def _key_of(key: str | None, *, by: str, owner: str) -> str | None:
    """The key of who asks; one who makes a job for its owner shall not meet the owner's keys."""
    if key is None or by == owner:
        return key
    return "by another " + sha256(f"{by}\0{key}".encode()).hexdigest()
