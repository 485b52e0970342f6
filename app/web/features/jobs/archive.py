"""The results of many jobs as one ZIP of CSV files, written to disk and sent from there."""

from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from app.db.jobs.store import JobConflictError
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.jobs.bulk_actions import Chosen, Refused
from app.web.features.results.exports import FORMATS, Written, file_name, in_a_file, run_of

ARCHIVE_NAME = "sialoscope-results.zip"
NOT_INCLUDED = "not-included.txt"
CSV = FORMATS["csv"]


def archived(those: Chosen, storage: Folder) -> Written:
    """The rows of each job that has some; a text beside them names the others and says why.

    Raises:
        JobConflictError: none of the jobs has a result.
        OSError: the disk is full.
    """
    return in_a_file(storage, lambda file: _write(those, storage, file))


def _write(those: Chosen, storage: Folder, file: IO[bytes]) -> None:
    refused = [*those.refused]
    with ZipFile(file, "w", ZIP_DEFLATED, strict_timestamps=False) as archive:
        for job in those.jobs:
            try:
                _add(job, storage, archive)
            except JobConflictError as error:
                refused.append(Refused(job.file_name, str(error)))
            except FileNotFoundError:
                refused.append(Refused(job.file_name, "It was deleted meanwhile."))
        if not archive.namelist():
            raise JobConflictError(f"There is nothing to download. {_told(refused)}")
        if refused:
            archive.writestr(NOT_INCLUDED, f"{_told(refused)}\n")


def _add(job: Job, storage: Folder, archive: ZipFile) -> None:
    run = run_of(job, storage)
    with archive.open(file_name(job, CSV), "w", force_zip64=True) as entry:
        CSV.write(run, entry)


def _told(refused: list[Refused]) -> str:
    return "\n".join(f"{name}: {why}" for name, why in refused)
