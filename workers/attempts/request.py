"""Build the request for the analysis process of a job, and the key of its result."""

from app.db.jobs.contents.references import RESULTS
from app.db.jobs.contents.settings import files_of, overrides_of, settings_and_choices
from app.db.jobs.tables import Job
from app.db.libraries.runs import LIBRARY
from app.db.libraries.store import name_of, version_by_id
from app.observability.logs import marks
from app.observability.own_level import own_level
from app.storage import Folder
from workers.analysis.messages import About, LibraryOfRun, Request, VersionBefore


async def library_of_run(job: Job) -> LibraryOfRun | None:
    """Return the library that a job uses.

    Raises:
        LibraryNotFoundError: it was deleted.
    """
    settings, _ = settings_and_choices(job)
    if not settings.get(LIBRARY):
        return None
    found = await version_by_id(settings[LIBRARY])
    return LibraryOfRun(
        id=found.id,
        name=await name_of(found.library),
        version=found.version,
        sha256=found.sha256,
        law=found.law,
    )


def request_of(
    job: Job,
    storage: Folder,
    before: VersionBefore | None = None,
    library: LibraryOfRun | None = None,
) -> Request:
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
        library=library,
        log_level=own_level(),
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
