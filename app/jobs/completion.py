"""The end of a job, as web and workers both bring it about: its last event, and its removal."""

import logging

from redis.exceptions import RedisError

from app.contract.events import AnyEvent, Cancelled, Complete, Event, Failed
from app.contract.tasks import JobState
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.references import RESULTS
from app.db.jobs.shares import forget_shares
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.progress.publisher import Publisher
from app.storage import Folder

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


async def publish_end(job: Job, jobs: JobStore, publisher: Publisher, *events: Event) -> None:
    """Publish the last events of a job that has ended; the sweeper repeats it when it fails."""
    try:
        await publisher.publish(job.id, *events, owner=job.owner)
        await jobs.note_told(job)
    except (RedisError, *DATABASE_FAULTS) as error:
        logger.warning("The end of job %s could not be told yet: %s", job.id, error)


async def remove_job(job: Job, storage: Folder, publisher: Publisher) -> None:
    """Remove what a deleted job leaves: its shares, its upload, its results and its events."""
    await forget_shares(job)
    await storage.discard(job.upload_key)
    await storage.discard(f"{RESULTS}{job.id}")
    try:
        if not JobState(job.state).is_final:
            deleted = Cancelled(message="The job was deleted.")
            await publisher.publish(job.id, deleted, owner=job.owner)
        await publisher.forget(job.id)
    except RedisError as error:  # they expire by themselves
        logger.warning("The events of job %s could not be removed: %s", job.id, error)
