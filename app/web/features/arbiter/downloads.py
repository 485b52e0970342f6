"""The judged peaks as a file for people."""

import asyncio
from typing import IO

from app.db.jobs.tables import Job
from app.web.features.arbiter.arbitration import files_of_arbitration
from app.web.features.arbiter.file_maker import ArbiterFiles
from app.web.features.arbiter.orders import CSV, XLSX, ListingOrder
from app.web.features.arbiter.peak_choice import PeakChoice
from app.web.http.faults.errors import QueryError

MEDIA_TYPES = {
    CSV: "text/csv",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def open_listing(
    job: Job, files: ArbiterFiles, choice: PeakChoice, kind: str, *, user: str
) -> IO[bytes]:
    """A file of the chosen peaks, open at its start.

    Raises:
        QueryError: There is no such format.
        JobConflictError: The job is no arbitration with a result.
        NoPlaceError, CannotMakeError, OSError: As for ``ArbiterFiles``.
    """
    if kind not in MEDIA_TYPES:
        raise QueryError(f"There is no format {kind}; use one of {', '.join(MEDIA_TYPES)}.")
    table, rows = map(str, await asyncio.to_thread(files_of_arbitration, job, files.storage))
    return await files.made(
        lambda path: ListingOrder(path=path, table=table, rows=rows, choice=choice, kind=kind),
        user=user,
    )
