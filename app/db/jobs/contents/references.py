"""Find the files of the storage that belong to no job."""

from collections.abc import Sequence
from itertools import islice

from piccolo.columns import Text, Varchar

from app.db.jobs.tables import Job

# Both databases accept this many values in one statement.
ASKED_AT_ONCE = 500
UPLOADS, RESULTS, LOGS = "uploads/", "results/", "logs/"
# The folders that have a folder for each job.
BY_JOB = (RESULTS, LOGS)


async def unreferenced(keys: Sequence[str]) -> list[str]:
    """Return the keys, such as ``uploads/4f.csv`` or ``results/4f``, that belong to no job."""
    orphans, left = [], iter(keys)
    while some := list(islice(left, ASKED_AT_ONCE)):
        uploads = [key for key in some if key.startswith(UPLOADS)]
        ids = {key.partition("/")[2] for key in some if key.startswith(BY_JOB)}
        known = {row["upload_key"] for row in await _rows_with(Job.upload_key, uploads)}
        jobs = await _rows_with(Job.id, sorted(ids))
        known |= {folder + row["id"] for row in jobs for folder in BY_JOB}
        orphans += [key for key in some if key not in known]
    return orphans


async def _rows_with(column: Varchar | Text, values: list[str]) -> list[dict[str, str]]:
    return await Job.select(column).where(column.is_in(values)) if values else []
