"""The jobs of a batch: those that were submitted by one request."""

from piccolo.columns import And

from app.db.jobs.store import JobNotFoundError
from app.db.jobs.tables import Job


async def jobs_of_batch(batch_id: str, *, owner: str) -> list[Job]:
    """The owner's jobs of a batch, in the order of their files.

    Raises:
        JobNotFoundError: there is none.
    """
    is_one = And(Job.batch_id == batch_id, Job.owner == owner)
    found = await Job.objects().where(is_one).order_by(Job.created_at)
    if not found:
        raise JobNotFoundError(f"There is no batch {batch_id}, or all of its jobs were deleted.")
    return found
