"""Delete jobs with their rows, shares, reviews, uploads, results, exports, logs and events."""

import asyncio
import logging
from collections.abc import Sequence

from redis.exceptions import RedisError

from app.contract.events import Cancelled
from app.contract.tasks import JobState
from app.db.accounts.stream_tokens import opens_jobs, revoke_stream_tokens
from app.db.engine.transaction import transaction
from app.db.jobs.contents.references import RESULTS
from app.db.jobs.sharing.shares import forget_shares
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.reviews.keeping import forget_reviews, require_deletable
from app.progress.publisher import Publisher
from app.storage import Folder
from app.storage.attempt_logs import logs_of
from app.storage.kept_exports import exports_of

DELETED = Cancelled(message="The job was deleted.")

logger = logging.getLogger(__name__)


async def delete_job(
    job_id: str, jobs: JobStore, storage: Folder, publisher: Publisher, *, owner: str, by: str
) -> None:
    """Delete an owner's job; a worker that runs it stops.

    Raises:
        StorageAwayError: the storage does not answer; nothing is deleted, to leave no files.
        JobNotFoundError: there is no such job.
        JobConflictError: it is signed off, or its review is open.
    """
    await require_deletable(await jobs.get(job_id, owner=owner))
    if not await delete_jobs([job_id], jobs, storage, publisher, owner=owner, by=by):
        # Meanwhile it was deleted or signed off, or its review was opened.
        await require_deletable(await jobs.get(job_id, owner=owner))


async def delete_jobs(
    job_ids: Sequence[str],
    jobs: JobStore,
    storage: Folder,
    publisher: Publisher,
    *,
    owner: str,
    by: str,
) -> set[str]:
    """Delete those of these jobs that the owner has and that may go, in one transaction.

    Returns their ids; others are signed off, under review or not there.

    Raises:
        StorageAwayError: the storage does not answer; nothing is deleted, to leave no files.
    """
    await asyncio.to_thread(storage.check)
    if not job_ids:
        return set()
    async with transaction():
        deleted = await jobs.delete_all(job_ids, owner=owner, by=by)
        await forget_shares(*deleted)
        await forget_reviews(*deleted)
    await remove_what_is_left(deleted, storage, publisher)
    return {job.id for job in deleted}


async def remove_what_is_left(
    deleted: Sequence[Job], storage: Folder, publisher: Publisher
) -> None:
    """Remove the stream tokens, files and events of jobs whose rows are deleted."""
    for owner in {job.owner for job in deleted}:
        ids = [job.id for job in deleted if job.owner == owner]
        await revoke_stream_tokens(opens_jobs(ids), owner=owner)
    await storage.discard_all(
        [key for job in deleted for key in (job.upload_key, *folders_of(job.id))]
    )
    try:
        for job in deleted:
            if not JobState(job.state).is_final:
                await publisher.publish(job.id, DELETED, owner=job.owner)
            # Its worker publishes no more.
            await publisher.forget(job.id, attempt=job.attempt + 1)
    except RedisError as error:  # the events expire by themselves
        logger.warning("The events of deleted jobs could not be removed: %s", error)


def folders_of(job_id: str) -> tuple[str, ...]:
    """Return the keys of the folders with the results, exports and logs of a job."""
    return (f"{RESULTS}{job_id}", exports_of(job_id), logs_of(job_id))
