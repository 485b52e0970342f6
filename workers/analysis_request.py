"""Build the request for the analysis process of a job, and the key of its result."""

from app.db.jobs.references import RESULTS
from app.db.jobs.settings import files_of, overrides_of, settings_and_choices
from app.db.jobs.tables import Job
from app.observability.logs import marks
from app.storage import Folder
from workers.messages import About, Request, VersionBefore


def request_of(job: Job, storage: Folder, before: VersionBefore | None = None) -> Request:
    """Return the request for a job; fetch its table if the storage is a bucket.

    A refit moves the calls of the version ``before``.

    Raises:
        FileNotFoundError: the storage has no such table.
        StorageAwayError: the storage cannot be reached.
    """
    settings, choices = settings_and_choices(job)
    return Request(
        about=_about(job),
        table=str(storage.local(job.upload_key)),
        settings=settings,
        choices=choices,
        overrides=overrides_of(job),
        files=files_of(job),
        folder=str(storage.path(result_key(job))),
        marks=marks(),
        before=before,
    )


def result_key(job: Job) -> str:
    """Return the storage key of the result of this attempt."""
    return f"{RESULTS}{job.id}/{job.attempt}"


def _about(job: Job) -> About:
    return About(
        job=job.id,
        who=job.owner,
        attempt=job.attempt,
        file_name=job.file_name,
        upload_bytes=job.upload_bytes,
        upload_sha256=job.upload_sha256,
        submitted_at=job.created_at.isoformat(),
        started_at=job.started_at.isoformat(),
        rerun_of=job.rerun_of,
        version_of=job.version_of,
        version=job.version,
    )
