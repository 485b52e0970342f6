"""Delete a job with its row, shares, upload, results, exports, logs and events."""

import asyncio
import logging

from redis.exceptions import RedisError

from app.contract.events import Cancelled
from app.contract.tasks import JobState
from app.db.accounts.stream_tokens import opens_job, revoke_stream_tokens
from app.db.jobs.references import RESULTS
from app.db.jobs.shares import forget_shares
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.progress.publisher import Publisher
from app.storage import Folder
from app.storage.attempt_logs import logs_of
from app.storage.kept_exports import exports_of

logger = logging.getLogger(__name__)


async def delete_job(
    job_id: str, jobs: JobStore, storage: Folder, publisher: Publisher, *, owner: str, by: str
) -> None:
    """Delete an owner's job; a worker that runs it stops.

    Raises:
        StorageAwayError: the storage does not answer; nothing is deleted, to leave no files.
        JobNotFoundError: there is no such job.
    """
    await asyncio.to_thread(storage.check)
    job = await jobs.delete(job_id, owner=owner, by=by)
    await remove_what_is_left(job, storage, publisher)


async def remove_what_is_left(job: Job, storage: Folder, publisher: Publisher) -> None:
    """Remove the shares, files and events of a job whose row is deleted."""
    await forget_shares(job)
    await revoke_stream_tokens(opens_job(job.id), owner=job.owner)
    await storage.discard(job.upload_key)
    await storage.discard(f"{RESULTS}{job.id}")
    await storage.discard(exports_of(job.id))
    await storage.discard(logs_of(job.id))
    try:
        if not JobState(job.state).is_final:
            deleted = Cancelled(message="The job was deleted.")
            await publisher.publish(job.id, deleted, owner=job.owner)
        await publisher.forget(job.id, attempt=job.attempt + 1)  # its worker publishes no more
    except RedisError as error:  # the events expire by themselves
        logger.warning("The events of job %s could not be removed: %s", job.id, error)
