"""Downloads the results of many jobs as one ZIP of CSV files, made in a limited process."""

import asyncio
from collections.abc import Iterable
from typing import IO

from app.db.jobs.changes.bulk_actions import RefusedJob
from app.db.jobs.errors import JobConflictError
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.results.downloads.job_export import source_of
from app.web.features.results.downloads.maker import Exports
from app.web.features.results.downloads.process import DELETED
from app.web.features.results.downloads.source import FORMATS, Source

ARCHIVE_NAME = "sialoscope-results.zip"
CSV = FORMATS["csv"]


async def open_archive(
    jobs: Iterable[Job], refused: Iterable[RefusedJob], exports: Exports, *, user: str
) -> IO[bytes]:
    """Open a ZIP with the rows of each job that has a result; a text file explains the others.

    Raises:
        JobConflictError: None of the jobs has a result.
        NoPlaceError: Too many files are being made.
        OSError: The disk is full.
    """
    sources, missing = await asyncio.to_thread(_sources, jobs, exports.storage)
    without_rows = [f"{name}: {why}" for name, why in refused] + missing
    if not sources:
        raise JobConflictError(f"There is nothing to download. {' '.join(without_rows)}")
    return await exports.open_archive(sources, without_rows, CSV, user=user)


def _sources(jobs: Iterable[Job], storage: Folder) -> tuple[list[Source], list[str]]:
    """The saved rows of jobs, and why some have none."""
    sources, missing = [], []
    for job in jobs:
        try:
            sources.append(source_of(job, storage, CSV))
        except JobConflictError as error:
            missing.append(f"{job.file_name}: {error}")
        except FileNotFoundError:
            missing.append(f"{job.file_name}: {DELETED}")
    return sources, missing
