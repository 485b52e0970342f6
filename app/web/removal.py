"""What a deleted job leaves behind, removed."""

from litestar.concurrency import sync_to_thread

from app.db.tables import Job
from app.progress.publisher import Publisher
from app.storage import Folder


async def remove_job(job: Job, storage: Folder, publisher: Publisher) -> None:
    """Delete a job's upload, results and events."""
    await sync_to_thread(storage.delete, job.upload_key)
    await sync_to_thread(storage.delete, f"results/{job.id}")
    await publisher.forget(job.id)
