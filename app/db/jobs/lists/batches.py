"""Find the jobs of a batch, which one request submitted."""

from piccolo.columns import And

from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.tables import Job


async def jobs_of_batch(batch_id: str, *, owner: str) -> list[Job]:
    """Return the owner's jobs of a batch, in the order of their files.

    Raises:
        JobNotFoundError: the batch does not exist or all its jobs were deleted.
    """
    is_one = And(Job.batch_id == batch_id, Job.owner == owner)
    # Jobs of one transaction have one time on PostgreSQL; their turns follow their files.
    found = await Job.objects().where(is_one).order_by(Job.created_at, Job.turn)
    if not found:
        raise JobNotFoundError(f"There is no batch {batch_id}, or all of its jobs were deleted.")
    return found
