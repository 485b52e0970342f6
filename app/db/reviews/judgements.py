"""What readers say of rows, and how what they do not agree on is decided."""

from datetime import UTC, datetime

from piccolo.query.functions.aggregate import Count

from app.analysis.state.calls import CALLS, INVALID
from app.db.engine.transaction import transaction
from app.db.jobs.history.audit import add_entry
from app.db.jobs.tables import Job
from app.db.reviews.adoption import lock_unclaimed
from app.db.reviews.errors import ReviewError
from app.db.reviews.queries import rows_of
from app.db.reviews.store import checked_note, lock_open
from app.db.reviews.tables import Judgement, Resolution, Review

# What a reader can say of a row: a row that is set apart is not judged at all.
JUDGED = CALLS[:INVALID]


async def judge(
    review: Review, row: int, *, by: str, call: str, parent_row: int | None = None, note: str = ""
) -> Judgement:
    """Store what a reader says of a row; it replaces what they said before.

    Raises:
        ReviewError: the row is not in the review, or the judgement cannot be read.
        ReviewConflictError: the review is closed.
    """
    _require(review, row, call)
    if parent_row is not None and (call != "fragment" or not 0 < parent_row != row):
        raise ReviewError("A parent is another row, of an in-source fragment alone.")
    said = Judgement(
        review=review.id,
        by=by,
        row=row,
        call=call,
        parent_row=parent_row,
        note=checked_note(note),
        at=datetime.now(UTC),
    )
    async with transaction():
        await lock_open(review)
        await Judgement.insert(said).on_conflict(
            target=(Judgement.review, Judgement.by, Judgement.row),
            action="DO UPDATE",
            values=[Judgement.call, Judgement.parent_row, Judgement.note, Judgement.at],
        )
    return said


def _require(review: Review, row: int, call: str) -> None:
    if call not in JUDGED:
        raise ReviewError(f"A row is judged {', '.join(JUDGED)}, not {call[:40]!r}.")
    if row not in rows_of(review):
        raise ReviewError(f"Row {row} is not in this review.")


async def judgements_of(review: Review, *, by: str | None = None) -> list[Judgement]:
    """Return the judgements of a review, of one reader if given, by row."""
    found = Judgement.objects().where(Judgement.review == review.id)
    return await (found.where(Judgement.by == by) if by else found).order_by(Judgement.row)


async def numbers_judged(review: Review) -> dict[str, int]:
    """Return how many rows each reader has judged, by account."""
    query = Judgement.select(Judgement.by, Count(alias="rows"))
    rows = await query.where(Judgement.review == review.id).group_by(Judgement.by)
    return {row["by"]: row["rows"] for row in rows}


async def resolutions_of(review: Review) -> list[Resolution]:
    """Return how conflicts were decided, by row."""
    return await Resolution.objects().where(Resolution.review == review.id).order_by(Resolution.row)


async def resolve(
    review: Review, job: Job, row: int, *, by: str, call: str, note: str
) -> Resolution:
    """Decide a row that the readers do not agree on; it replaces an earlier decision.

    Raises:
        ReviewError: the row is not in the review, the call cannot be read, or no reason is given.
        ReviewConflictError: the decisions of the review are a version, or are just becoming one.
    """
    _require(review, row, call)
    if not checked_note(note):
        raise ReviewError(f"Say why row {row} is decided so: it needs a reason.")
    decided = Resolution(
        review=review.id, by=by, row=row, call=call, note=note.strip(), at=datetime.now(UTC)
    )
    async with transaction():
        await lock_unclaimed(review)
        await Resolution.insert(decided).on_conflict(
            target=(Resolution.review, Resolution.row),
            action="DO UPDATE",
            values=[Resolution.by, Resolution.call, Resolution.note, Resolution.at],
        )
        detail = {"row": row, "call": call, "reason": decided.note}
        await add_entry(job, who=by, what="conflict decided", detail=detail)
    return decided
