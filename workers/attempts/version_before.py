"""Finds the version that a refit starts from, to show which calls it moves while it runs."""

import asyncio
import logging

from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.contents.settings import overrides_of
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.storage import Folder, StorageAwayError
from workers.analysis.messages import VersionBefore

logger = logging.getLogger(__name__)


async def version_before(job: Job, jobs: JobStore, storage: Folder) -> VersionBefore | None:
    """Return the version that a refit starts from; None for other jobs, or if it is gone.

    The refit goes on without it, because its result does not depend on it.
    """
    if not (job.version_of and job.rerun_of):
        return None
    try:
        before = await jobs.get(job.rerun_of)
        if not before.result_key:
            return None
        rows = await asyncio.to_thread(storage.local, f"{before.result_key}/rows.parquet")
    except (JobNotFoundError, FileNotFoundError, StorageAwayError, *DATABASE_FAULTS) as error:
        logger.warning("The moved calls of job %s are not shown: %s", job.id, error)
        return None
    return VersionBefore(job=before.id, rows=str(rows), overrides=overrides_of(before))
