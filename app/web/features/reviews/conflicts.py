"""The queue of conflicts of a closed review, and the version that has all decisions."""

from typing import NamedTuple

import polars as pl

from app.db.jobs.contents.settings import overrides_of
from app.db.jobs.tables import Job
from app.db.reviews.adoption import claimed, mark_adopted
from app.db.reviews.errors import ReviewConflictError, ReviewError
from app.db.reviews.judgements import resolve
from app.db.reviews.tables import Resolution
from app.jobs.rerun import refit
from app.jobs.submission import JobSubmission
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.rows import result_of
from app.web.features.reviews.access import Access
from app.web.features.reviews.decisions import Decisions
from app.web.features.reviews.views import (
    ConflictView,
    decisions_of,
    judgement_view,
    resolution_view,
)

STILL_OPEN = "Close the review first: its judgements cannot be seen before."
OWN_JUDGEMENTS = (
    "You judged these rows yourself. The owner of the job decides, or somebody who may change it."
)
NOTHING_JUDGED = "No row was judged, so there is nothing to adopt."


class Measured(NamedTuple):
    """What the table has of a row: its name, and its retention time in minutes."""

    name: str | None
    rt_min: float | None


async def conflicts(
    found: Access,
    by: str,
    storage: Folder,
    threads: FairThreads,
    *,
    limit: int,
    offset: int,
    undecided_first: bool = False,
) -> list[ConflictView]:
    """The conflicts of a review by row, decided ones too, for user ``by``.

    Raises:
        ReviewConflictError: the review is open.
    """
    if found.review.closed_at is None:
        raise ReviewConflictError(STILL_OPEN)
    decisions = await decisions_of(found)
    all_rows = decisions.conflicts()
    if undecided_first:
        all_rows.sort(key=lambda row: row in decisions.resolved)
    rows = all_rows[offset : offset + limit]
    measured = await threads.run(by, _measured, found.job, rows, storage)
    return [_view(row, measured[row], decisions) for row in rows]


def _view(row: int, measured: Measured, decisions: Decisions) -> ConflictView:
    names = {each.account: each.name for each in decisions.readers}
    resolved = decisions.resolved.get(row)
    return ConflictView(
        row=row,
        name=measured.name,
        rt_min=measured.rt_min,
        judgements=[judgement_view(each, names) for each in decisions.judged[row]],
        resolution=None if resolved is None else resolution_view(resolved),
    )


def _measured(job: Job, rows: list[int], storage: Folder) -> dict[int, Measured]:
    found = result_of(job, storage).rows().filter(pl.col("row").is_in(rows))
    needed = found.select("row", "name", "rt_min").collect()
    return {row: Measured(name, rt_min) for row, name, rt_min in needed.iter_rows()}


async def decide(found: Access, row: int, *, by: str, call: str, note: str) -> Resolution:
    """Decide a conflict; it replaces an earlier decision.

    Raises:
        ReviewError: the row is no conflict, the call cannot be read, or the note is no reason.
        ReviewConflictError: the review is open, its decisions have become a version, or the user
            judged its rows.
    """
    if found.review.closed_at is None:
        raise ReviewConflictError(STILL_OPEN)
    if found.reader:
        raise ReviewConflictError(OWN_JUDGEMENTS)
    if row not in (await decisions_of(found)).conflicts():
        raise ReviewError(f"Row {row} needs no decision: no two reviewers differ about it.")
    return await resolve(found.review, found.job, row, by=by, call=call, note=note)


async def adopt(found: Access, submissions: JobSubmission, *, by: str) -> Job:
    """Make the next version of the job: its overrides, and over them what the readers decided.

    Rows that nobody judged stay as they were.

    Raises:
        ReviewConflictError: the review is open, adopted, without a judgement, or has an undecided
            conflict.
        QuotaError: the owner or the user would exceed a quota; the review stays as it is.
    """
    if found.review.closed_at is None:
        raise ReviewConflictError(STILL_OPEN)
    async with claimed(found.review) as claim:
        version = await _next_version(found, submissions, by=by)
        await mark_adopted(found.review, claim, version)
    return version


async def _next_version(found: Access, submissions: JobSubmission, *, by: str) -> Job:
    decisions = await decisions_of(found)
    if number := len(decisions.undecided()):
        noun = "row that the reviewers" if number == 1 else "rows that the reviewers"
        raise ReviewConflictError(f"Decide the {number:,} {noun} do not agree on first.")
    wanted = decisions.overrides()
    if not wanted:
        raise ReviewConflictError(NOTHING_JUDGED)
    decided = {each.row for each in wanted}
    kept = [each for each in overrides_of(found.job) if each.row not in decided]
    return await refit(
        submissions,
        found.job,
        [*kept, *wanted],
        by=by,
        idempotency_key=f"review {found.review.id}",
    )
