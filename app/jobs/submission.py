"""Turn an upload into a job: store the table, record the job, and wake a worker."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, NamedTuple

import anyio
import msgspec
from redis.exceptions import RedisError
from taskiq.exceptions import SendTaskError

from app.analysis.reading.decisions import ReadingChoices
from app.analysis.settings import AnalysisSettings
from app.contract.events import WAITING, entered
from app.contract.tasks import ANALYZE, Step
from app.db.jobs.changes.new_job import NewJob, new_job_id
from app.db.jobs.contents.settings import kept_settings
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.jobs.turns.priority import Priority
from app.jobs.errors import UploadError
from app.jobs.upload_files import clean_name, save_table, upload_key
from app.observability.logs import marks
from app.progress.publisher import Publisher
from app.queue.broker import StreamBroker, send_task
from app.storage import Folder, Saved

EXAMPLE_NAME = "example.csv"

logger = logging.getLogger(__name__)


class StoredTable(NamedTuple):
    """A table in storage, and the id of its future job."""

    job_id: str
    file_name: str
    key: str
    saved: Saved

    def job(self, owner: str, settings: dict[str, Any], **more: Any) -> NewJob:  # noqa: ANN401
        """Return the new job of this table, with its settings and other fields."""
        return NewJob(
            id=self.job_id,
            owner=owner,
            file_name=self.file_name,
            upload_key=self.key,
            upload_bytes=self.saved.size_bytes,
            upload_sha256=self.saved.sha256,
            settings=settings,
            **more,
        )


async def _no_check(_key: str) -> None:
    pass


@dataclass(frozen=True)
class JobSubmission:
    """Accepts submissions from the pages and the API."""

    jobs: JobStore
    storage: Folder
    broker: StreamBroker
    publisher: Publisher

    async def submit(
        self,
        name: str,
        content: AsyncIterator[bytes],
        settings: AnalysisSettings,
        choices: ReadingChoices,
        *,
        owner: str,
        priority: Priority = Priority.NORMAL,
        idempotency_key: str | None = None,
        check: Callable[[str], Awaitable[None]] = _no_check,
        is_arbitration: bool = False,
    ) -> Job:
        """Make a job from a table; a repeated submission with the same key returns its job.

        ``check`` may refuse the stored table, by its key. ``is_arbitration`` marks a table that the
        arbiter made.

        Raises:
            UploadError: the file is empty.
            IdempotencyKeyError: the key was used for another submission.
        """
        stored = await self.store(clean_name(name), content)
        try:
            await check(stored.key)
        except BaseException:
            await self.storage.discard(stored.key)
            raise
        kept = kept_settings(settings.fields(), choices, is_arbitration=is_arbitration)
        new = stored.job(owner, kept, priority=priority, idempotency_key=idempotency_key)
        return await self.add(new)

    async def submit_example(self, *, owner: str) -> Job:
        """Make a job from the example table with the default settings."""
        table = await anyio.to_thread.run_sync(_example)
        stored = await self.store(EXAMPLE_NAME, _single_chunk(table.encode()))
        return await self.add(stored.job(owner, AnalysisSettings().fields()))

    async def store(self, name: str, content: AsyncIterator[bytes]) -> StoredTable:
        """Write a table to storage for a future job.

        Raises:
            UploadError: the table is empty.
        """
        job_id = new_job_id()
        key = upload_key(job_id, name)
        return StoredTable(
            job_id, name, key, await save_table(self.storage, key, content, name=name)
        )

    async def add(self, new: NewJob, *, instead_of: Collection[str] = ()) -> Job:
        """Record one job and wake a worker, as ``add_all`` does."""
        (job,) = await self.add_all([new], instead_of=instead_of)
        return job

    async def add_all(
        self,
        new: Sequence[NewJob],
        *,
        with_others: str | None = None,
        instead_of: Collection[str] = (),
    ) -> list[Job]:
        """Record jobs of one owner, all or none, and wake workers; their uploads are stored.

        An idempotency key covers the job itself, and ``with_others`` if it was submitted with
        other jobs. ``instead_of`` has the ids of the pending uploads that become these jobs.

        Raises:
            IdempotencyKeyError: a key was used for another submission.
            QuotaError: the owner would have too many jobs.
        """
        noted = [
            replace(
                each,
                submission_sha256=_digest(each, with_others),
                request_id=marks().get("request"),
            )
            for each in new
        ]
        try:
            jobs = await self.jobs.add_all(noted, instead_of=instead_of)
        except BaseException:
            await self._discard(noted)
            raise
        pairs = list(zip(noted, jobs, strict=True))
        await self._discard([each for each, job in pairs if job.id != each.id])
        await self.wake_workers([job for each, job in pairs if job.id == each.id])
        return jobs

    async def _discard(self, unused: Sequence[NewJob]) -> None:
        """Remove the uploads of jobs that were not recorded."""
        for each in unused:
            await self.storage.discard(each.upload_key)

    async def wake_worker(self, job: Job) -> Job:
        """Send the task of a job, as ``wake_workers`` does."""
        await self.wake_workers([job])
        return job

    async def wake_workers(self, jobs: Sequence[Job]) -> None:
        """Send the tasks of jobs; the sweeper sends a lost task again."""
        for job in jobs:
            await self._wake(job)

    async def _wake(self, job: Job) -> None:
        logger.info("Job %s waits for a worker.", job.id)
        await self._announce(job)
        try:
            await send_task(self.broker, ANALYZE, task_id=job.task_id)
        except SendTaskError as error:
            logger.warning("Job %s waits for the sweeper: %s", job.id, error.__cause__)

    async def _announce(self, job: Job) -> None:
        """Publish the new job in the stream of its owner; the job waits even if this fails."""
        waiting = entered(Step.QUEUED, WAITING)
        try:
            await self.publisher.announce(job.id, waiting, owner=job.owner)
        except RedisError:
            logger.warning("Job %s could not be published to its owner's stream.", job.id)

    async def share_table(self, key: str, other_key: str, gone: str) -> None:
        """Give a stored table a second key, which keeps it when the first key is removed.

        Raises:
            UploadError: the table does not exist; the error's text is ``gone``.
        """
        try:
            await anyio.to_thread.run_sync(self.storage.share, key, other_key)
        except FileNotFoundError:
            raise UploadError(gone) from None


def _digest(new: NewJob, with_others: str | None) -> str:
    """Return the SHA-256 of a submission, in hexadecimal, to recognize a repeated one."""
    submission: tuple[Any, ...] = (new.file_name, new.upload_sha256, new.settings, new.rerun_of)
    submission += (with_others,) if with_others else ()
    submission += (new.priority,) if new.priority != Priority.NORMAL else ()
    return sha256(msgspec.json.encode(submission, order="sorted")).hexdigest()


def _example() -> str:
    # Imported here because a process that starts needs no Polars.
    from app.analysis.example.example_table import example_table

    return example_table().write_csv()


async def _single_chunk(content: bytes) -> AsyncIterator[bytes]:
    yield content
