"""Publishes the last event of a job that has ended, for web and workers alike."""

import logging

from redis.exceptions import RedisError

from app.contract.events import AnyEvent, Cancelled, Complete, Event, Failed
from app.contract.tasks import JobState
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.progress.publisher import Fence, Publisher

logger = logging.getLogger(__name__)


def final_event(job: Job) -> AnyEvent:
    """The last event of a job that has ended, told from its row."""
    if job.state == JobState.SUCCEEDED:
        return completed(job, job.message)
    if job.state == JobState.CANCELLED:
        return Cancelled(message=job.message)
    return Failed(message=job.message, error=job.error or "")


def completed(job: Job, message: str) -> Complete:
    """The last event of a job that succeeded."""
    return Complete(success=True, redirect_url=f"/jobs/{job.id}/result", message=message)


async def tell_end(job: Job, jobs: JobStore, publisher: Publisher) -> None:
    """Publish the last event of a job, told from its row, if that is to be done."""
    if job.untold:
        await publish_end(job, jobs, publisher, final_event(job))


async def publish_end(
    job: Job, jobs: JobStore, publisher: Publisher, *events: Event, first: int = 0
) -> None:
    """Publish the last events of a job that has ended; the sweeper repeats it when it fails.

    ``first`` is the number of the first of them in this attempt, where they are numbered.
    """
    fence = Fence(job.attempt, first, _name_of_end(job))
    try:
        await publisher.publish(job.id, *events, owner=job.owner, fence=fence)
        await jobs.note_told(job)
    except (RedisError, *DATABASE_FAULTS) as error:
        logger.warning("The end of job %s could not be told yet: %s", job.id, error)


def _name_of_end(job: Job) -> str:
    """The same for all who publish an end, and another once the job was started again."""
    return f"{job.attempt} {job.queued_at.isoformat()}"
