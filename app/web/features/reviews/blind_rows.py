"""The rows of a review as the table has them: no call, no reason, no probability, no prediction.

The columns are a list of what may be seen, so that a new column of a result stays hidden.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import polars as pl

from app.analysis.overrides.override import MOST_OVERRIDES, is_usable
from app.db.jobs.tables import Job
from app.db.reviews.errors import ReviewError
from app.db.reviews.tables import Judgement
from app.storage import Folder
from app.web.features.results.filters.row_filter import RowFilter
from app.web.features.results.plots.svg import Marks, scatter
from app.web.features.results.rows import result_of
from app.web.words import AXES

AS_READ = ("row", "sample", "name", "rt_min", "peak_area", "mz", "carbons")
MOST_POINTS = 4_000
PLOT = "Retention times over the carbons of the ceramide"


class ReviewRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a review as the table has it, and what the caller said of it so far.

    ``rt_min`` is in minutes, ``carbons`` are those that the name says. ``call`` is null before the
    row is judged.
    """

    row: int
    sample: str
    name: str | None
    rt_min: float | None
    peak_area: float | None
    mz: float | None
    carbons: int | None
    call: str | None = None
    parent_row: int | None = None
    note: str = ""


class BlindPage(NamedTuple):
    """A page of rows, and the plot of all rows of the review as SVG."""

    rows: list[ReviewRow]
    plot: str


def reviewable_rows(job: Job, which: RowFilter, storage: Folder) -> list[int]:
    """Return the numbers of the rows that match a filter and could be used.

    Raises:
        JobConflictError: the job has no result.
        ReviewError: there are more rows than a review can have.
    """
    needed = result_of(job, storage).matching(which)
    found = needed.select("row", "call", "predicted_rt_min").collect()
    rows = [each["row"] for each in found.iter_rows(named=True) if is_usable(each)]
    if len(rows) > MOST_OVERRIDES:
        raise ReviewError(
            f"These are {len(rows):,} rows, and a review has at most {MOST_OVERRIDES:,}. "
            "Filter for fewer."
        )
    return rows


def blind_rows(
    job: Job, rows: Sequence[int], said: Sequence[Judgement], storage: Folder
) -> list[ReviewRow]:
    """Return rows in their order, each with what one reader said of it."""
    judged = {each.row: each for each in said}
    return [_row(each, judged.get(each["row"])) for each in _as_read(job, rows, storage)]


def blind_page(
    job: Job,
    rows: Sequence[int],
    said: Sequence[Judgement],
    storage: Folder,
    *,
    offset: int,
    limit: int,
) -> BlindPage:
    """Return a page of rows with the plot of all."""
    shown = blind_rows(job, rows[offset : offset + limit], said, storage)
    return BlindPage(shown, _plot(job, rows, storage))


def _as_read(job: Job, rows: Sequence[int], storage: Folder) -> list[dict[str, Any]]:
    found = result_of(job, storage).rows().filter(pl.col("row").is_in(list(rows)))
    return found.select(AS_READ).sort("row").collect().to_dicts()


def _row(as_read: dict[str, Any], said: Judgement | None) -> ReviewRow:
    own = {"call": said.call, "parent_row": said.parent_row, "note": said.note} if said else {}
    return msgspec.convert({**as_read, **own}, ReviewRow)


def _plot(job: Job, rows: Sequence[int], storage: Folder) -> str:
    points = [
        (each["carbons"], each["rt_min"])
        for each in _as_read(job, rows[:: 1 + len(rows) // MOST_POINTS], storage)
        if each["carbons"] is not None and each["rt_min"] is not None
    ]
    marks = [Marks("peak", msgspec.convert(points, list[tuple[float, float]]))]
    return scatter(marks, title=PLOT, x_name=AXES["carbons"], y_name=AXES["rt_min"])
