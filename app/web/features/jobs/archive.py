"""Downloads the results of many jobs as one ZIP of CSV files, made in a limited process."""

import asyncio
from typing import IO

from app.db.jobs.errors import JobConflictError
from app.storage import Folder
from app.web.features.jobs.bulk_actions import ChosenJobs
from app.web.features.results.export_maker import Exports
from app.web.features.results.export_process import DELETED
from app.web.features.results.export_source import FORMATS, Source
from app.web.features.results.exports import source_of

ARCHIVE_NAME = "sialoscope-results.zip"
CSV = FORMATS["csv"]


async def open_archive(those: ChosenJobs, exports: Exports, *, user: str) -> IO[bytes]:
    """Open a ZIP with the rows of each job that has a result; a text file explains the others.

    Raises:
        JobConflictError: None of the jobs has a result.
        NoPlaceError: Too many files are being made.
        OSError: The disk is full.
    """
    sources, refused = await asyncio.to_thread(_sources, those, exports.storage)
    if not sources:
        raise JobConflictError(f"There is nothing to download. {' '.join(refused)}")
    return await exports.open_archive(sources, refused, CSV, user=user)


def _sources(those: ChosenJobs, storage: Folder) -> tuple[list[Source], list[str]]:
    sources, refused = [], [f"{name}: {why}" for name, why in those.refused]
    for job in those.jobs:
        try:
            sources.append(source_of(job, storage, CSV))
        except JobConflictError as error:
            refused.append(f"{job.file_name}: {error}")
        except FileNotFoundError:
            refused.append(f"{job.file_name}: {DELETED}")
    return sources, refused
