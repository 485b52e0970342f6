"""Which jobs reviews and sign-offs keep from deletion, and what is deleted with a job."""

from collections.abc import Sequence

from piccolo.columns import And, Or

from app.db.jobs.conditions import Condition
from app.db.jobs.errors import JobConflictError
from app.db.jobs.tables import Job
from app.db.reviews.blinding import HiddenTable
from app.db.reviews.tables import Judgement, Resolution, Review, Reviewer

HAS_OPEN_REVIEW = "A review of this job is open. Close the review first, then delete the job."
IS_SIGNED_OFF = "This version is signed off, so it stays. Make a new version instead."


async def require_deletable(job: Job) -> None:
    """Refuse to delete a version that is signed off, or a job while its review is open.

    Raises:
        JobConflictError: the job stays.
    """
    if why := (await why_kept([job.id])).get(job.id):
        raise JobConflictError(why)


async def why_kept(job_ids: Sequence[str]) -> dict[str, str]:
    """Return why some of these jobs may not be deleted, by their ids."""
    ids = list(job_ids) or [""]
    is_open = And(Review.job.is_in(ids), Review.closed_at.is_null())
    under_review = await Review.select(Review.job).where(is_open)
    is_signed = And(Job.id.is_in(ids), Job.signed_off_at.is_not_null())
    signed = await Job.select(Job.id).where(is_signed)
    return {row["job"]: HAS_OPEN_REVIEW for row in under_review} | {
        row["id"]: IS_SIGNED_OFF for row in signed
    }


async def held_by_reviews(owner: str) -> int:
    """Return how many jobs of an owner are signed off or have an open review."""
    open_jobs = await Review.select(Review.job).where(Review.closed_at.is_null())
    under_review: Condition = Job.id.is_in([row["job"] for row in open_jobs] or [""])
    held = Or(Job.signed_off_at.is_not_null(), under_review)
    return int(await Job.count().where(And(Job.owner == owner, held)))


async def owns_one_of(owner: str, tables: Sequence[HiddenTable]) -> bool:
    """Whether an owner has a job with one of these tables, or a version of one."""
    firsts = [each.first for each in tables] or [""]
    uploads = [each.upload_sha256 for each in tables if each.owner == owner] or [""]
    versions: Condition = Or(Job.id.is_in(firsts), Job.version_of.is_in(firsts))
    are_these = Or(versions, Job.upload_sha256.is_in(uploads))
    return bool(await Job.exists().where(And(Job.owner == owner, are_these)))


async def forget_reviews(*deleted: Job) -> None:
    """Delete the reviews of deleted jobs, with their judgements."""
    of_them = Review.job.is_in([job.id for job in deleted] or [""])
    rows = await Review.select(Review.id).where(of_them)
    ids = [row["id"] for row in rows]
    if ids:
        for table in (Reviewer, Judgement, Resolution):
            await table.delete().where(table.review.is_in(ids))
        await Review.delete().where(Review.id.is_in(ids))
