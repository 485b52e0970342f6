"""Judges a row of a review, for the API and the pages."""

import polars as pl

from app.db.jobs.tables import Job
from app.db.reviews.errors import ReviewError
from app.db.reviews.judgements import judge
from app.db.reviews.tables import Judgement
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.rows import result_of
from app.web.features.reviews.access import Access


async def judge_in_table(
    found: Access,
    row: int,
    storage: Folder,
    threads: FairThreads,
    *,
    by: str,
    call: str,
    parent_row: int | None,
    note: str,
) -> Judgement:
    """Store what a reader says of a row, whose parent is any other row of the table.

    Raises:
        ReviewError: the table has no such row, or the judgement cannot be read.
        ReviewConflictError: the review is closed.
    """
    if parent_row is not None:
        await threads.run(by, _require_parent, found.job, parent_row, storage)
    return await judge(found.review, row, by=by, call=call, parent_row=parent_row, note=note)


def _require_parent(job: Job, row: int, storage: Folder) -> None:
    is_it = result_of(job, storage).rows().filter(pl.col("row") == row)
    if not is_it.select(pl.len()).collect().item():
        raise ReviewError(
            f"The parent cannot be row {row}: the table has no such row. Type the number of one."
        )
