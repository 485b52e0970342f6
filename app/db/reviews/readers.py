"""Add a reader to an open review, and withdraw one.

The judgements of a withdrawn reader are kept and do not count. Whoever was withdrawn may see the
result since, so they cannot become a reader of the same review again.
"""

from datetime import UTC, datetime

from piccolo.columns import And

from app.db.accounts.names import require_name
from app.db.engine.transaction import transaction
from app.db.jobs.conditions import Values
from app.db.jobs.history.audit import add_entry
from app.db.jobs.tables import Job
from app.db.reviews.errors import ReviewConflictError, ReviewNotFoundError
from app.db.reviews.queries import reviewers_of
from app.db.reviews.store import MOST_REVIEWERS, lock_open, reviewer
from app.db.reviews.tables import Judgement, Review, Reviewer

ALREADY = "{} is a reviewer of this review already."
WITHDRAWN = (
    "{} was withdrawn from this review, and may have seen the result since. Close the review and "
    "open another one to ask them again."
)
TOO_MANY = f"A review has at most {MOST_REVIEWERS} reviewers. Withdraw one first."
TOO_FEW = "A review needs two reviewers. Add another one first, or close the review."
NO_SUCH = "This review has no such reviewer; they may have been withdrawn."


async def add_reader(review: Review, job: Job, name: str, *, by: str) -> None:
    """Add a reader to an open review. From now on they see no version of the job.

    Raises:
        AccountError: the text cannot be an account name.
        ReviewError: it is the owner of the job.
        ReviewConflictError: the review is closed or full, or has or had this reader.
    """
    added = await reviewer(job, require_name(name))
    added.review = review.id
    async with transaction():
        await lock_open(review)
        readers = await reviewers_of(review)
        for each in readers:
            if added.account == each.account or added.name_key == each.name_key:
                why = WITHDRAWN if each.withdrawn_at else ALREADY
                raise ReviewConflictError(why.format(added.name))
        if len(counted(readers)) >= MOST_REVIEWERS:
            raise ReviewConflictError(TOO_MANY)
        await Reviewer.insert(added)
        await add_entry(job, who=by, what="reviewer added", detail={"reviewer": added.name})


async def withdraw_reader(review: Review, job: Job, reader_id: str, *, by: str) -> None:
    """Withdraw a reader from an open review: what they judged is kept and does not count.

    Raises:
        ReviewNotFoundError: the review has no such reader.
        ReviewConflictError: the review is closed, or would have one reader left.
    """
    async with transaction():
        await lock_open(review)
        readers = counted(await reviewers_of(review))
        found = next((each for each in readers if each.id == reader_id), None)
        if found is None:
            raise ReviewNotFoundError(NO_SUCH)
        if len(readers) <= 2:
            raise ReviewConflictError(TOO_FEW)
        now: Values = {Reviewer.withdrawn_at: datetime.now(UTC)}
        await Reviewer.update(now).where(Reviewer.id == found.id)
        theirs = And(Judgement.review == review.id, Judgement.by == found.account)
        detail = {"reviewer": found.name, "judgements": await Judgement.count().where(theirs)}
        await add_entry(job, who=by, what="reviewer withdrawn", detail=detail)


def counted(readers: list[Reviewer]) -> list[Reviewer]:
    """Return the readers whose judgements count."""
    return [each for each in readers if each.withdrawn_at is None]
