"""Find the files of the storage that belong to no job."""

from collections.abc import Sequence
from itertools import islice

from piccolo.columns import Text, Varchar

from app.db.jobs.tables import Job

# Both databases accept this many values in one statement.
ASKED_AT_ONCE = 500
UPLOADS, RESULTS = "uploads/", "results/"


async def unreferenced(keys: Sequence[str]) -> list[str]:
    """Return the keys, such as ``uploads/4f.csv`` or ``results/4f``, that belong to no job."""
    orphans, left = [], iter(keys)
    while some := list(islice(left, ASKED_AT_ONCE)):
        uploads = [key for key in some if key.startswith(UPLOADS)]
        ids = [key.removeprefix(RESULTS) for key in some if key.startswith(RESULTS)]
        known = {row["upload_key"] for row in await _rows_with(Job.upload_key, uploads)}
        known |= {RESULTS + row["id"] for row in await _rows_with(Job.id, ids)}
        orphans += [key for key in some if key not in known]
    return orphans


async def _rows_with(column: Varchar | Text, values: list[str]) -> list[dict[str, str]]:
    return await Job.select(column).where(column.is_in(values)) if values else []
