"""Open and close reviews."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import uuid4

import msgspec
from piccolo.columns import And

from app.analysis.overrides.override import MOST_OVERRIDES
from app.db.accounts.names import name_key, require_name
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Share
from app.db.engine.transaction import transaction
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.history.audit import add_entry
from app.db.jobs.tables import Job
from app.db.reviews.errors import ReviewConflictError, ReviewError
from app.db.reviews.queries import reviewers_of
from app.db.reviews.tables import Judgement, Review, Reviewer

MOST_REVIEWERS = 10
LONGEST_NOTE = 300
NO_REVIEWERS = "Name at least two reviewers: agreement needs two readers."
NO_ROWS = "No row of this result can be reviewed. Choose other rows."
IS_OPEN = "A review of this job is open. Close it before you open another."
OWNER = "You own this job and see its result, so you cannot review it blind."
CLOSED = "This review is closed. Ask the owner of the job to open another."

_SHARED_TABLE = """
    SELECT share.id FROM share JOIN job ON job.id = share.job OR job.version_of = share.job
    WHERE share.name_key = {} AND job.owner = {} AND job.upload_sha256 = {} LIMIT 1
"""


class NewReview(NamedTuple):
    """What an owner asks for: the names of the readers, the numbers of the rows, and a note."""

    names: Sequence[str]
    rows: Sequence[int]
    note: str


async def open_review(job: Job, wanted: NewReview, *, by: str) -> Review:
    """Open a review of a result. From now on its readers see no version of the job.

    A name without an account is stored too, so that nobody finds out who has an account.

    Raises:
        AccountError: a text cannot be an account name.
        ReviewError: there are too few or too many readers or rows, or the owner is one of them.
        ReviewConflictError: another review of the job is open.
        JobNotFoundError: the job was deleted in the meantime.
    """
    reviewers = await _reviewers(job, wanted.names)
    _check(wanted)
    review = Review(
        id=uuid4().hex,
        job=job.id,
        first=job.version_of or job.id,
        rows=msgspec.json.encode(sorted(wanted.rows)).decode(),
        note=wanted.note.strip(),
        opened_by=by,
        opened_at=datetime.now(UTC),
    )
    for each in reviewers:
        each.review = review.id
    async with transaction():
        await _require_job(job)
        added = Review.insert(review).on_conflict(action="DO NOTHING")
        if not await added.returning(Review.id):  # the index allows one open review a job
            raise ReviewConflictError(IS_OPEN)
        await Reviewer.insert(*reviewers)
        detail = {"reviewers": [each.name for each in reviewers], "rows": len(wanted.rows)}
        await add_entry(job, who=by, what="review opened", detail=detail)
    return review


async def _require_job(job: Job) -> None:
    """Check that a job still exists, and keep it from being deleted in this transaction."""
    nothing_new = Job.update({Job.deleted_by: None}).where(Job.id == job.id)
    if not await nothing_new.returning(Job.id):
        raise JobNotFoundError(f"There is no job {job.id}.")


def _check(wanted: NewReview) -> None:
    if not wanted.rows:
        raise ReviewError(NO_ROWS)
    if len(wanted.rows) > MOST_OVERRIDES:
        raise ReviewError(
            f"These are {len(wanted.rows):,} rows, and a review has at most {MOST_OVERRIDES:,}. "
            "Filter for fewer."
        )
    checked_note(wanted.note)


def checked_note(note: str) -> str:
    """Return a note on one line, without spaces around it.

    Raises:
        ReviewError: it is too long, or has a line break or another control character.
    """
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise ReviewError(f"A note has at most {LONGEST_NOTE} characters; shorten it.")
    if note and not note.isprintable():
        raise ReviewError("A note is one line without control characters; write it so.")
    return note


async def _reviewers(job: Job, names: Sequence[str]) -> list[Reviewer]:
    wanted = {name_key(name): require_name(name) for name in names if name.strip()}
    if len(wanted) < 2:
        raise ReviewError(NO_REVIEWERS)
    if len(wanted) > MOST_REVIEWERS:
        raise ReviewError(f"A review has at most {MOST_REVIEWERS} reviewers.")
    return [await reviewer(job, name) for name in wanted.values()]


async def reviewer(job: Job, name: str) -> Reviewer:
    """Return a reader of a job by a name, to be stored with its review.

    Raises:
        ReviewError: it is the owner of the job.
    """
    account = await AccountStore().named(name)
    account_id = str(account.id) if account else uuid4().hex
    if account_id == job.owner:
        raise ReviewError(OWNER)
    return Reviewer(
        id=uuid4().hex,
        account=account_id,
        name=name,
        name_key=name_key(name),
        could_see=await _could_see(job, name),
    )


async def _could_see(job: Job, name: str) -> bool:
    """Whether a job of the same owner and table is shared under a name.

    It depends on the name alone, so nobody learns from it whether an account has this name.
    """
    values = (name_key(name), job.owner, job.upload_sha256)
    return bool(await Share.raw(_SHARED_TABLE, *values))


async def close_review(review: Review, job: Job, *, by: str) -> Review:
    """Close a review: its judgements can be seen now, and no longer be changed.

    Raises:
        ReviewConflictError: it is closed already.
    """
    is_it = And(Review.id == review.id, Review.closed_at.is_null())
    async with transaction():
        closing = Review.update({Review.closed_at: datetime.now(UTC)}).where(is_it)
        rows = await closing.returning(*Review.all_columns())
        if not rows:
            raise ReviewConflictError("This review is closed already.")
        readers = [each.account for each in await reviewers_of(review) if not each.withdrawn_at]
        counts = And(Judgement.review == review.id, Judgement.by.is_in(readers))
        judged = await Judgement.count().where(counts)
        await add_entry(job, who=by, what="review closed", detail={"judgements": judged})
    return Review(**rows[0])


async def lock_open(review: Review) -> None:
    """Lock a review against its closing, in the transaction of a change.

    Raises:
        ReviewConflictError: it is closed.
    """
    still = And(Review.id == review.id, Review.closed_at.is_null())
    if not await Review.update({Review.note: review.note}).where(still).returning(Review.id):
        raise ReviewConflictError(CLOSED)
