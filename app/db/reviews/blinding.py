"""Who must not see the result of a job: the readers of its open review, until it is closed.

A reader is blind to all versions of the job, and to every other job of its owner with the same
table, such as a rerun. It does not matter whether they have a share, or get one later. Jobs of
other owners stay open: whoever opens a review must not be able to hide what is not theirs.
"""

from typing import NamedTuple

from app.db.jobs.tables import Job
from app.db.reviews.tables import Review

_BLIND_TO = """
    SELECT review.first AS first, job.owner AS owner, job.upload_sha256 AS upload_sha256
    FROM review JOIN reviewer ON reviewer.review = review.id JOIN job ON job.id = review.job
    WHERE reviewer.account = {} AND reviewer.withdrawn_at IS NULL AND review.closed_at IS NULL
"""


class HiddenTable(NamedTuple):
    """A table under review: the first version of the job, its owner, and the hash of its upload."""

    first: str
    owner: str
    upload_sha256: str

    def is_of(self, job: Job) -> bool:
        """Whether a job has this table."""
        same_table = (job.owner, job.upload_sha256) == (self.owner, self.upload_sha256)
        return same_table or self.first in (job.id, job.version_of)


async def is_blind(account: str, job: Job) -> bool:
    """Whether an account must not see a job."""
    return any(hidden.is_of(job) for hidden in await blind_to(account))


async def blind_to(account: str) -> list[HiddenTable]:
    """Return the tables whose results an account must not see."""
    return [HiddenTable(**row) for row in await Review.raw(_BLIND_TO, account)]
