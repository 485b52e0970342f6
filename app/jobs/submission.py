"""How an upload becomes a job: stored, recorded, and a worker woken."""

import logging
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, NamedTuple

import anyio
import msgspec
from redis.exceptions import RedisError
from taskiq.exceptions import SendTaskError

from app.analysis.example.example_table import example_table
from app.analysis.settings import AnalysisSettings
from app.contract.events import WAITING, entered
from app.contract.tasks import ANALYZE, Step
from app.db.jobs.settings import kept_settings
from app.db.jobs.store import JobStore, NewJob, new_job_id
from app.db.jobs.tables import Job
from app.jobs.errors import UploadError
from app.jobs.upload_files import clean_name, save_table, upload_key
from app.observability.logs import marks
from app.progress.publisher import Publisher
from app.queue.broker import StreamBroker, send_task
from app.storage import Folder, Saved

EXAMPLE_NAME = "example.csv"

logger = logging.getLogger(__name__)


class Stored(NamedTuple):
    """A table in storage, and the id of the job that will be made of it."""

    job_id: str
    file_name: str
    key: str
    saved: Saved

    def job(self, owner: str, settings: dict[str, Any], **more: str | None) -> NewJob:
        """The job of it, by stored settings and further fields."""
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


@dataclass(frozen=True)
class Intake:
    """Takes submissions in; web and API share it."""

    jobs: JobStore
    storage: Folder
    broker: StreamBroker
    publisher: Publisher

    async def take(
        self,
        name: str,
        content: AsyncIterator[bytes],
        settings: AnalysisSettings,
        mapping: dict[str, str],
        *,
        owner: str,
        idempotency_key: str | None = None,
    ) -> Job:
        """Make a job of a table; a submission that is repeated with its key answers with its job.

        Raises:
            UploadError: the file is empty.
            IdempotencyKeyError: the key came before with something else.
        """
        stored = await self.store(clean_name(name), content)
        kept = kept_settings(vars(settings), mapping)
        return await self.add(stored.job(owner, kept, idempotency_key=idempotency_key))

    async def take_example(self, *, owner: str) -> Job:
        """Make a job of the example table with the default settings."""
        table = await anyio.to_thread.run_sync(lambda: example_table().write_csv())
        stored = await self.store(EXAMPLE_NAME, _one(table.encode()))
        return await self.add(stored.job(owner, vars(AnalysisSettings())))

    async def store(self, name: str, content: AsyncIterator[bytes]) -> Stored:
        """Write a table to storage, for a job that is made of it.

        Raises:
            UploadError: it is empty.
        """
        job_id = new_job_id()
        key = upload_key(job_id, name)
        return Stored(job_id, name, key, await save_table(self.storage, key, content, name=name))

    async def add(self, new: NewJob, *, instead_of: Collection[str] = ()) -> Job:
        """Record one job, as ``add_all`` does."""
        (job,) = await self.add_all([new], instead_of=instead_of)
        return job

    async def add_all(
        self,
        new: Sequence[NewJob],
        *,
        with_others: str | None = None,
        instead_of: Collection[str] = (),
    ) -> list[Job]:
        """Record jobs of one owner, all or none, and wake workers; their uploads are in storage.

        What an idempotency key came with is the job's own, and ``with_others`` where it came with
        others. ``instead_of`` are the pending uploads that they were.

        Raises:
            IdempotencyKeyError: a key came before with something else.
            QuotaError: the owner may not have so many.
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
        return [await self.wake_worker(job) if job.id == each.id else job for each, job in pairs]

    async def _discard(self, unused: Sequence[NewJob]) -> None:
        """Remove the uploads of jobs that were not made."""
        for each in unused:
            await self.storage.discard(each.upload_key)

    async def wake_worker(self, job: Job) -> Job:
        """Send the job's task; a job whose task is lost is sent again by the sweeper."""
        logger.info("Job %s waits for a worker.", job.id)
        await self._announce(job)
        try:
            job.task_id = await send_task(self.broker, ANALYZE)
        except SendTaskError as error:
            logger.warning("Job %s waits for the sweeper: %s", job.id, error.__cause__)
            return job
        await self.jobs.remember_task(job.id, job.task_id)
        return job

    async def _announce(self, job: Job) -> None:
        """Tell those who follow the owner's jobs of this one; it waits all the same without."""
        waiting = entered(Step.QUEUED, WAITING)
        try:
            await self.publisher.announce(job.id, waiting, owner=job.owner)
        except RedisError:
            logger.warning("Job %s could not be announced.", job.id)

    async def share_table(self, key: str, other_key: str, gone: str) -> None:
        """Let a table in storage have a second name, by which it stays when the first is removed.

        Raises:
            UploadError: there is none; its text is ``gone``.
        """
        try:
            await anyio.to_thread.run_sync(self.storage.share, key, other_key)
        except FileNotFoundError:
            raise UploadError(gone) from None


def _digest(new: NewJob, with_others: str | None) -> str:
    """What a submission asked for, as SHA-256 in hexadecimal."""
    asked: tuple[Any, ...] = (new.file_name, new.upload_sha256, new.settings, new.rerun_of)
    asked += (with_others,) if with_others else ()
    return sha256(msgspec.json.encode(asked, order="sorted")).hexdigest()


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content
