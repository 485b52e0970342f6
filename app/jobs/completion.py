"""Publish the last event of a job that has ended; the web and the workers both do it."""

import logging
from collections.abc import Sequence

from redis.exceptions import RedisError

from app.contract.events import AnyEvent, Cancelled, Complete, Event, Failed
from app.contract.tasks import JobState
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.progress.publisher import Fence, Publisher

logger = logging.getLogger(__name__)


def final_event(job: Job) -> AnyEvent:
    """Return the last event of a job that has ended, from its row."""
    if job.state == JobState.SUCCEEDED:
        return completed(job, job.message)
    if job.state == JobState.CANCELLED:
        return Cancelled(message=job.message)
    return Failed(message=job.message, error=job.error or "")


def completed(job: Job, message: str) -> Complete:
    """Return the last event of a job that succeeded."""
    return Complete(success=True, redirect_url=f"/jobs/{job.id}/result", message=message)


async def publish_missing_end(job: Job, jobs: JobStore, publisher: Publisher) -> None:
    """Publish the last event of a job from its row, unless it has been published."""
    if job.untold:
        await publish_last_events(job, jobs, publisher, final_event(job))


async def publish_cancelled(jobs: Sequence[Job], store: JobStore, publisher: Publisher) -> None:
    """Publish the ends of jobs that were cancelled together; the sweeper repeats what fails."""
    published = []
    try:
        for job in jobs:
            fence = Fence(job.attempt, 0, _name_of_end(job))
            await publisher.publish(job.id, final_event(job), owner=job.owner, fence=fence)
            published.append(job)
    except RedisError as error:
        logger.warning("The ends of cancelled jobs could not be published yet: %s", error)
    try:
        await store.mark_published(*published)
    except DATABASE_FAULTS as error:
        logger.warning("The ends of cancelled jobs will be published again: %s", error)


async def publish_last_events(
    job: Job, jobs: JobStore, publisher: Publisher, *events: Event, first: int = 0
) -> None:
    """Publish the last events of a job that has ended; if this fails, the sweeper repeats it.

    ``first`` is the number of the first event in this attempt, or 0 without numbers.
    """
    fence = Fence(job.attempt, first, _name_of_end(job))
    try:
        await publisher.publish(job.id, *events, owner=job.owner, fence=fence)
        await jobs.mark_published(job)
    except (RedisError, *DATABASE_FAULTS) as error:
        logger.warning("The end of job %s could not be published yet: %s", job.id, error)


def _name_of_end(job: Job) -> str:
    """Return a name that all processes give to this end; a restarted job gets another."""
    return f"{job.attempt} {job.queued_at.isoformat()}"
