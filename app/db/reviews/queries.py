"""Find reviews: by their id, those of a job, those of a reader; and their readers and rows."""

import msgspec
from piccolo.columns import And

from app.db.jobs.tables import Job
from app.db.reviews.errors import ReviewNotFoundError
from app.db.reviews.tables import Review, Reviewer


async def review_by_id(review_id: str) -> Review:
    """Return a review.

    Raises:
        ReviewNotFoundError: there is none with this id.
    """
    found = await Review.objects().where(Review.id == review_id).first()
    if found is None:
        raise ReviewNotFoundError(f"There is no review {review_id}.")
    return found


async def reviews_of(job: Job) -> list[Review]:
    """Return the reviews of all versions of a job, newest first."""
    first = job.version_of or job.id
    query = Review.objects().where(Review.first == first)
    return await query.order_by(Review.opened_at, ascending=False)


async def open_review_of(job: Job) -> Review | None:
    """Return the open review of a job or of another version of it."""
    is_it = And(Review.first == (job.version_of or job.id), Review.closed_at.is_null())
    return await Review.objects().where(is_it).first()


async def reviews_for(account: str) -> list[Review]:
    """Return the open reviews that an account is a reader of, oldest first."""
    is_reader = And(Reviewer.account == account, Reviewer.withdrawn_at.is_null())
    ids = await Reviewer.select(Reviewer.review).where(is_reader)
    is_one = Review.id.is_in([row["review"] for row in ids] or [""])
    query = Review.objects().where(And(is_one, Review.closed_at.is_null()))
    return await query.order_by(Review.opened_at)


async def reviewers_of(review: Review) -> list[Reviewer]:
    """Return the readers of a review, by name, and those who were withdrawn."""
    found = Reviewer.objects().where(Reviewer.review == review.id)
    return await found.order_by(Reviewer.name_key)


def rows_of(review: Review) -> list[int]:
    """Return the numbers of the rows of a review."""
    return msgspec.json.decode(review.rows, type=list[int])
