"""How an upload becomes a job: stored, recorded, and a worker woken."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, NamedTuple

import anyio
import msgspec
from redis.exceptions import RedisError
from taskiq.exceptions import SendTaskError

from app.analysis.example import example_table
from app.analysis.overrides import Overrides, checked
from app.analysis.settings import AnalysisSettings
from app.broker import StreamBroker, send_task
from app.contract.events import entered
from app.contract.tasks import ANALYZE, Step
from app.db.job_settings import files_of, kept_settings, overrides_of, settings_and_mapping
from app.db.jobs import JobNotFoundError, JobStore, NewJob, new_job_id
from app.db.tables import Job
from app.logs import marks
from app.progress.publisher import Publisher
from app.storage import Folder, Saved
from app.web.errors import IdempotencyKeyError, UploadError
from app.web.forms import Submission
from app.web.kept_uploads import GONE, Kept
from app.web.uploads import chunks, clean_name, save_table, suffix

EXAMPLE_NAME = "example.csv"
TABLE_IS_GONE = "The table of this job is gone; submit the file again."

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
        self, submission: Submission, *, owner: str, idempotency_key: str | None = None
    ) -> Job:
        """Make a job of a submission; one that is sent again with its key answers with its job.

        Raises:
            SettingsError: a setting is out of its range.
            UploadError: the file is empty.
            IdempotencyKeyError: the key came before with something else.
        """
        settings = kept_settings(vars(submission.settings()), submission.mapping())
        stored = await self.store(clean_name(submission.file.filename), chunks(submission.file))
        return await self.add(stored.job(owner, settings, idempotency_key=idempotency_key))

    async def start(self, kept: Kept, settings: AnalysisSettings, mapping: dict[str, str]) -> Job:
        """Make a job of an upload that was kept.

        Started again it answers with its job, or by other settings with a rerun of that.

        Raises:
            UploadError: the upload is gone.
        """
        if kept.job_id is not None:
            return await self._start_again(kept.job_id, kept.owner, settings, mapping)
        new = NewJob(
            id=(job_id := new_job_id()),
            owner=kept.owner,
            file_name=kept.file_name,
            upload_key=f"uploads/{job_id}{suffix(kept.file_name)}",
            upload_bytes=kept.size_bytes,
            upload_sha256=kept.sha256,
            settings=kept_settings(vars(settings), mapping),
            idempotency_key=f"upload {kept.id}",
        )
        await self._share(kept.key, new.upload_key, GONE)
        return await self.add(new)

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
        key = f"uploads/{job_id}{suffix(name)}"
        return Stored(job_id, name, key, await save_table(self.storage, key, content, name=name))

    async def add(self, new: NewJob, *, with_others: str | None = None) -> Job:
        """Record a job and wake a worker; its upload is in storage.

        What an idempotency key came with is the job's own, and ``with_others`` where it came with
        others.

        Raises:
            IdempotencyKeyError: the key came before with something else.
        """
        asked = _digest(new, with_others)
        job = await self.jobs.add(
            replace(new, submission_sha256=asked, request_id=marks().get("request"))
        )
        if job.id == new.id:
            return await self.wake_worker(job)
        await self.storage.discard(new.upload_key)
        if job.submission_sha256 not in (asked, None):  # None: from before it was noted
            raise IdempotencyKeyError(
                "This Idempotency-Key came before with another table or other settings. "
                "Send a new key with each new submission."
            )
        return job

    async def rerun(
        self,
        before: Job,
        settings: AnalysisSettings,
        *,
        by: str,
        mapping: dict[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Job:
        """Make a new job of an earlier one's upload, with its overrides; it is who asks' own.

        Without a ``mapping`` its columns are those of the earlier one.

        Raises:
            UploadError: the upload is gone.
            IdempotencyKeyError: the key came before with something else.
        """
        if mapping is None:
            _, mapping = settings_and_mapping(before)
        stored = kept_settings(vars(settings), mapping, overrides_of(before), files_of(before))
        return await self._again(before, stored, owner=by, by=by, idempotency_key=idempotency_key)

    async def repeat(self, before: Job, *, by: str) -> Job:
        """Make a new job, who asks' own, that asks exactly what an earlier one asked.

        Raises:
            UploadError: the upload is gone.
        """
        stored: dict[str, Any] = msgspec.json.decode(before.settings)
        return await self._again(before, stored, owner=by, by=by, idempotency_key=None)

    async def refit(
        self, before: Job, overrides: Overrides, *, by: str, idempotency_key: str | None = None
    ) -> Job:
        """Make the next version of a job: its upload and settings, with these overrides alone.

        It belongs to the owner of the job, whoever asks.

        Raises:
            OverrideError: two overrides are of one row, or there are too many.
            UploadError: the upload is gone.
            IdempotencyKeyError: the key came before with something else.
        """
        return await self._again(
            before,
            kept_settings(*settings_and_mapping(before), checked(overrides), files_of(before)),
            owner=before.owner,
            by=by,
            idempotency_key=idempotency_key,
            version_of=before.version_of or before.id,
        )

    async def _again(
        self,
        before: Job,
        stored: dict[str, Any],
        *,
        owner: str,
        by: str,
        idempotency_key: str | None,
        version_of: str | None = None,
    ) -> Job:
        """Make a new job of an earlier one's upload, which both have from now on.

        Raises:
            UploadError: the upload is gone.
            IdempotencyKeyError: the key came before with something else.
        """
        job_id = new_job_id()
        key = f"uploads/{job_id}{suffix(before.file_name)}"
        await self._share(before.upload_key, key, TABLE_IS_GONE)
        new = NewJob(
            id=job_id,
            owner=owner,
            acted_by=by,
            file_name=before.file_name,
            upload_key=key,
            upload_bytes=before.upload_bytes,
            upload_sha256=before.upload_sha256,
            settings=stored,
            idempotency_key=_key_of(idempotency_key, by=by, owner=owner),
            rerun_of=before.id,
            version_of=version_of,
        )
        return await self.add(new)

    async def _start_again(
        self, job_id: str, owner: str, settings: AnalysisSettings, mapping: dict[str, str]
    ) -> Job:
        try:
            before = await self.jobs.get(job_id, owner=owner)
        except JobNotFoundError:
            raise UploadError(GONE) from None
        if settings_and_mapping(before) == (vars(settings), mapping):
            return before
        return await self.rerun(before, settings, by=owner, mapping=mapping)

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
        waiting = entered(Step.QUEUED, "Waiting for a worker.")
        try:
            await self.publisher.announce(job.id, waiting, owner=job.owner)
        except RedisError:
            logger.warning("Job %s could not be announced.", job.id)

    async def _share(self, key: str, other_key: str, gone: str) -> None:
        try:
            await anyio.to_thread.run_sync(self.storage.share, key, other_key)
        except FileNotFoundError:
            raise UploadError(gone) from None


def _digest(new: NewJob, with_others: str | None) -> str:
    """What a submission asked for, as SHA-256 in hexadecimal."""
    asked: tuple[Any, ...] = (new.file_name, new.upload_sha256, new.settings, new.rerun_of)
    asked += (with_others,) if with_others else ()
    return sha256(msgspec.json.encode(asked, order="sorted")).hexdigest()


def _key_of(key: str | None, *, by: str, owner: str) -> str | None:
    """The key of who asks; one who makes a job for its owner shall not meet the owner's keys."""
    if key is None or by == owner:
        return key
    return "by another " + sha256(f"{by}\0{key}".encode()).hexdigest()


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content
