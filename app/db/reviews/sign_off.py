"""Sign off a version: who vouches for it, and when. The version is locked from then on."""

from datetime import UTC, datetime

from piccolo.columns import And

from app.contract.tasks import JobState
from app.db.engine.transaction import transaction
from app.db.jobs.errors import JobConflictError
from app.db.jobs.history.audit import add_entry
from app.db.jobs.tables import Job
from app.db.reviews.queries import open_review_of
from app.db.reviews.store import checked_note

NOT_DONE = "Only a job that has succeeded can be signed off."
UNDER_REVIEW = "A review of this job is open. Close it before you sign off a version."
ALREADY = "This version is signed off already."


async def sign_off(job: Job, *, by: str, name: str, note: str = "") -> Job:
    """Lock a version for good, in the name of user ``by``.

    Raises:
        JobConflictError: it has no result, is signed off, or has an open review.
        ReviewError: the note cannot be used.
    """
    note = checked_note(note)
    if job.state != JobState.SUCCEEDED:
        raise JobConflictError(NOT_DONE)
    async with transaction():
        if await open_review_of(job):
            raise JobConflictError(UNDER_REVIEW)
        signing = Job.update(
            {
                Job.signed_off_by: by,
                Job.signed_off_name: name,
                Job.signed_off_at: datetime.now(UTC),
            }
        ).where(And(Job.id == job.id, Job.signed_off_at.is_null()))
        rows = await signing.returning(*Job.all_columns())
        if not rows:
            raise JobConflictError(ALREADY)
        await add_entry(job, who=by, what="signed off", detail={"note": note})
    return Job(**rows[0])
