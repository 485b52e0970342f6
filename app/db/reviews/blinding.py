"""Who must not see the result of a job: the readers of its open review, until it is closed.

A reader is blind to all versions of the job, whatever share they have, and to its owner's shares
that come later.
"""

from app.db.reviews.tables import Review

_BLIND_TO = """
    SELECT review.first AS first FROM review JOIN reviewer ON reviewer.review = review.id
    WHERE reviewer.account = {} AND reviewer.withdrawn_at IS NULL AND review.closed_at IS NULL
"""


async def is_blind(account: str, first_version: str) -> bool:
    """Whether an account must not see the versions of a job."""
    return first_version in await blind_to(account)


async def blind_to(account: str) -> set[str]:
    """Return the first versions of the jobs that an account must not see."""
    return {row["first"] for row in await Review.raw(_BLIND_TO, account)}
