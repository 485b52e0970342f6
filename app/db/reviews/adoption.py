"""Lets one person at a time make the decisions of a review a version.

Whoever makes it claims the review first. While it is claimed, ``adopted_as`` has the claim.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from piccolo.columns import And, Or

from app.db.jobs.tables import Job
from app.db.reviews.errors import ReviewConflictError
from app.db.reviews.tables import Review

ADOPTED = "The decisions of this review are a version already, or are just becoming one."
CLAIM = "claim "
# A claim that lasts longer is that of a server that ended while it made the version.
LONGEST_CLAIM_S = 600


@asynccontextmanager
async def claimed(review: Review) -> AsyncIterator[str]:
    """Claim a review for the body, which gets the claim; without a version it is released.

    Raises:
        ReviewConflictError: the decisions are a version, or somebody else claims them.
    """
    claim = f"{_claim_at(time.time())} {uuid4().hex[:15]}"
    await _update_unclaimed(review, claim)
    try:
        yield claim
    finally:
        await Review.update({Review.adopted_as: None}).where(_has(review, claim))


async def mark_adopted(review: Review, claim: str, version: Job) -> None:
    """Note the version that has the decisions of a review, in place of the claim."""
    await Review.update({Review.adopted_as: version.id}).where(_has(review, claim))


async def lock_unclaimed(review: Review) -> None:
    """Keep a review from being claimed until the transaction of the caller ends.

    Raises:
        ReviewConflictError: the decisions are a version, or are just becoming one.
    """
    await _update_unclaimed(review, None)


def adopted_version(review: Review) -> str | None:
    """Return the id of the version that has the decisions of a review."""
    adopted: str | None = review.adopted_as
    return None if adopted is None or adopted.startswith(CLAIM) else adopted


async def _update_unclaimed(review: Review, claim: str | None) -> None:
    lapsed = _claim_at(time.time() - LONGEST_CLAIM_S)
    has_lapsed = And(Review.adopted_as.like(f"{CLAIM}%"), Review.adopted_as < lapsed)
    is_unclaimed = And(Review.id == review.id, Or(Review.adopted_as.is_null(), has_lapsed))
    update = Review.update({Review.adopted_as: claim}).where(is_unclaimed)
    if not await update.returning(Review.id):
        raise ReviewConflictError(ADOPTED)


def _claim_at(seconds: float) -> str:
    """The beginning of a claim of this time, in seconds of the epoch: later claims sort after."""
    return f"{CLAIM}{int(seconds):010d}"


def _has(review: Review, claim: str) -> And:
    return And(Review.id == review.id, Review.adopted_as == claim)
