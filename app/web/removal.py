"""The end of a job at its owner's wish: followers told, and what a deleted one had removed."""

from litestar.concurrency import sync_to_thread

from app.contract.events import Cancelled
from app.contract.tasks import JobState
from app.db.tables import Job
from app.progress.publisher import Publisher
from app.storage import Folder


async def remove_job(job: Job, storage: Folder, publisher: Publisher) -> None:
    """Delete a job's upload, results and events; those who follow it are told."""
    if not JobState(job.state).is_final:
        await publisher.publish(job.id, Cancelled(message="The job was deleted."))
    await sync_to_thread(storage.delete, job.upload_key)
    await sync_to_thread(storage.delete, f"results/{job.id}")
    await publisher.forget(job.id)


async def tell_cancelled(job: Job, publisher: Publisher) -> None:
    """Tell those who follow a job that was cancelled while it waited; a worker tells of others."""
    if job.state == JobState.CANCELLED:
        await publisher.publish(job.id, Cancelled(message=job.message))
