"""Turn the id of a job into the job, for a user who may see or change it."""

from enum import IntEnum

from piccolo.columns import And

from app.db.accounts.tables import Share
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.reviews.blinding import is_blind


class May(IntEnum):
    """A right on a job; each right includes those before it."""

    VIEW = 1
    EDIT = 2
    OWN = 3


MAY_BY_WORD = {"view": May.VIEW, "edit": May.EDIT}
REFUSED = {
    May.EDIT: "This job is shared with you to look at. Ask its owner to let you change it too.",
    May.OWN: "Only the owner of this job may do that.",
}
BLIND = (
    "You review the table of this job without seeing its result. Your rows are on the page of "
    "reviews; the job opens again when the review is closed."
)


class NotPermittedError(Exception):
    """A user may see a job but may not do this with it; the text says whom to ask."""

    def __init__(self, job: Job, may: May) -> None:
        super().__init__(REFUSED[may])
        self.file_name = job.file_name


class BlindReviewError(NotPermittedError):
    """A reader of an open review must not see the job; the text says what they may see."""

    def __init__(self, job: Job) -> None:
        Exception.__init__(self, BLIND)
        self.file_name = job.file_name


async def permitted(job_id: str, by: str, may: May = May.VIEW) -> Job:
    """Return a job if user ``by`` has this right on it, as its owner or by a share.

    Raises:
        JobNotFoundError: the job does not exist, or the user may not see it.
        BlindReviewError: the user is a reader of an open review of its table.
        NotPermittedError: the user may see the job but lacks the right.
    """
    job = await JobStore().get(job_id)
    has = await right(job, by)
    if has is None and await is_blind(by, job):
        raise BlindReviewError(job)
    if has is None:
        raise JobNotFoundError(f"There is no job {job_id}.")
    if has < may:
        raise NotPermittedError(job, may)
    return job


async def right(job: Job, by: str) -> May | None:
    """Return the right of user ``by`` on a job; None without one, and for a blind reader."""
    if job.owner == by:  # who is never a reader
        return May.OWN
    is_it = And(Share.job == first_version(job), Share.account == by)
    share = await Share.objects().where(is_it).first()
    if share is None or await is_blind(by, job):
        return None
    return MAY_BY_WORD[share.may]


async def may_edit(job: Job, by: str) -> bool:
    """Whether user ``by`` may change a job."""
    return (await right(job, by) or May.VIEW) >= May.EDIT


def first_version(job: Job) -> str:
    """Return the id of the first version of a job, which stands for all versions."""
    return str(job.version_of or job.id)
