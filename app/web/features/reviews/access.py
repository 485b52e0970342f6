"""What a user may do with a review: judge it as one of its readers, see it, decide, or close it."""

from typing import NamedTuple

from piccolo.columns import And

from app.db.jobs.sharing.permission import BlindReviewError, May, NotPermittedError, right
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.reviews.errors import ReviewNotFoundError
from app.db.reviews.queries import review_by_id
from app.db.reviews.tables import Review, Reviewer

NOT_A_READER = "You are no reviewer of this review."


class Access(NamedTuple):
    """A review with its job: the user is its ``reader``, has a right on the job (``may``), or both.

    A reader of an open review has no right on the job.
    """

    review: Review
    job: Job
    reader: Reviewer | None
    may: May | None


async def access(review_id: str, by: str) -> Access:
    """Return a review that a user may see.

    Raises:
        ReviewNotFoundError: there is none, or the user has nothing to do with it.
        JobNotFoundError: its job was deleted.
    """
    review = await review_by_id(review_id)
    is_reader = And(Reviewer.review == review.id, Reviewer.account == by)
    is_reader = And(is_reader, Reviewer.withdrawn_at.is_null())
    reader = await Reviewer.objects().where(is_reader).first()
    job = await JobStore().get(review.job)
    may = await right(job, by)
    if reader is None and may is None:
        raise ReviewNotFoundError(f"There is no review {review_id}.")
    return Access(review, job, reader, may)


async def as_reader(review_id: str, by: str) -> Access:
    """Return a review that a user is a reader of.

    Raises:
        ReviewNotFoundError: there is none, or they are no reader of it.
    """
    found = await access(review_id, by)
    if found.reader is None:
        raise ReviewNotFoundError(NOT_A_READER)
    return found


async def with_right(review_id: str, by: str, may: May) -> Access:
    """Return a review on whose job a user has a right.

    Raises:
        ReviewNotFoundError: there is none, or they have nothing to do with it.
        BlindReviewError: they are a reader, and the review is open.
        NotPermittedError: they lack the right.
    """
    found = await access(review_id, by)
    if found.may is None and found.review.closed_at is None:
        raise BlindReviewError(found.job)
    if found.may is None or found.may < may:
        raise NotPermittedError(found.job, max(may, May.EDIT))
    return found
