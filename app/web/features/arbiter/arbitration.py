"""The files of the arbitration of a job, or why it has none."""

from pathlib import Path

from app.db.jobs.contents.settings import is_arbitration
from app.db.jobs.errors import JobConflictError
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.results.rows import result_of

NONE = (
    "This job compares no programs. Choose two finished jobs of one run by two programs in the "
    "list of jobs, and press Judge two programs."
)


def files_of_arbitration(job: Job, storage: Folder) -> tuple[Path, Path]:
    """The table of a job, and the rows of its result.

    Raises:
        JobConflictError: The job has no result, or does not compare programs.
    """
    result = result_of(job, storage)
    if not is_arbitration(job):
        raise JobConflictError(NONE)
    try:
        return storage.local(job.upload_key), result.file("rows.parquet")
    except FileNotFoundError:
        raise JobConflictError(NONE) from None
