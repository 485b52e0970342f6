"""How an upload becomes a job: stored, recorded, and a worker woken."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from pathlib import PurePath
from typing import Annotated, Any

import anyio
import msgspec
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.params import Body
from redis.exceptions import RedisError
from taskiq.exceptions import SendTaskError

from app.analysis.example import example_table
from app.analysis.overrides import Overrides, checked, joined, split
from app.analysis.settings import AnalysisSettings
from app.broker import StreamBroker, send_task
from app.contract.events import entered
from app.contract.tasks import ANALYZE, Step
from app.db.jobs import JobStore, NewJob, new_job_id
from app.db.tables import Job
from app.progress.publisher import Publisher
from app.storage import Folder
from app.web.errors import IdempotencyKeyError, UploadError

CHUNK_BYTES = 1024 * 1024
LONGEST_FILE_NAME = 200
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
EXAMPLE_NAME = "example.csv"
# The page's form carries it; see app/main.py.
CSRF_FIELD = "_csrf_token"

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class SettingsForm:
    """The settings as a form gives them, by the names that users know."""

    r2_threshold: float = AnalysisSettings.r2_threshold
    outlier_threshold: float = AnalysisSettings.outlier_threshold
    rt_tolerance: float = AnalysisSettings.rt_tolerance_min
    data_type: str = AnalysisSettings.data_type

    def settings(self) -> AnalysisSettings:
        """The settings, checked.

        Raises:
            SettingsError: one is out of its range.
        """
        return AnalysisSettings(
            r2_threshold=self.r2_threshold,
            outlier_threshold=self.outlier_threshold,
            rt_tolerance_min=self.rt_tolerance,
            data_type=self.data_type,
        )


@dataclass(kw_only=True)
class Submission(SettingsForm):
    """The form of a new job: a peak table and the settings to analyze it by."""

    file: Annotated[UploadFile, Body(description="The peak table: CSV, TSV, XLSX or Parquet.")]


async def refuse_unknown_fields(
    request: Request[Any, Any, Any], form: type[SettingsForm] = Submission
) -> None:
    """Refuse a field that the form has not: a misspelt setting would be lost.

    Raises:
        UploadError: there is such a field.
    """
    known = [field.name for field in fields(form)]
    unknown = [name for name in await request.form() if name not in (*known, CSRF_FIELD)]
    if unknown:
        raise UploadError(f"There is no field {unknown[0]}; the form takes {', '.join(known)}.")


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
        settings = submission.settings()
        name = _clean_name(submission.file.filename)
        return await self._save(name, _chunks(submission.file), settings, owner, idempotency_key)

    async def take_example(self, *, owner: str) -> Job:
        """Make a job of the example table with the default settings."""
        table = await anyio.to_thread.run_sync(lambda: example_table().write_csv())
        return await self._save(EXAMPLE_NAME, _one(table.encode()), AnalysisSettings(), owner)

    async def rerun(
        self, before: Job, settings: AnalysisSettings, *, idempotency_key: str | None = None
    ) -> Job:
        """Make a new job of an earlier one's upload, with its overrides.

        Raises:
            UploadError: the upload is gone.
            IdempotencyKeyError: the key came before with something else.
        """
        _, overrides = split(msgspec.json.decode(before.settings))
        stored = joined(vars(settings), overrides)
        return await self._again(before, stored, idempotency_key=idempotency_key)

    async def repeat(self, before: Job) -> Job:
        """Make a new job that asks exactly what an earlier one asked.

        Raises:
            UploadError: the upload is gone.
        """
        stored: dict[str, Any] = msgspec.json.decode(before.settings)
        return await self._again(before, stored, idempotency_key=None)

    async def refit(
        self, before: Job, overrides: Overrides, *, idempotency_key: str | None = None
    ) -> Job:
        """Make the next version of a job: its upload and settings, with these overrides alone.

        Raises:
            OverrideError: two overrides are of one row, or there are too many.
            UploadError: the upload is gone.
            IdempotencyKeyError: the key came before with something else.
        """
        settings, _ = split(msgspec.json.decode(before.settings))
        return await self._again(
            before,
            joined(settings, checked(overrides)),
            idempotency_key=idempotency_key,
            version_of=before.version_of or before.id,
        )

    async def _again(
        self,
        before: Job,
        stored: dict[str, Any],
        *,
        idempotency_key: str | None,
        version_of: str | None = None,
    ) -> Job:
        """Make a new job of an earlier one's upload, which both have from now on.

        Raises:
            UploadError: the upload is gone.
            IdempotencyKeyError: the key came before with something else.
        """
        job_id = new_job_id()
        key = f"uploads/{job_id}{_suffix(before.file_name)}"
        try:
            await anyio.to_thread.run_sync(self.storage.share, before.upload_key, key)
        except FileNotFoundError:
            raise UploadError("The table of this job is gone; submit the file again.") from None
        new = NewJob(
            id=job_id,
            owner=before.owner,
            file_name=before.file_name,
            upload_key=key,
            upload_bytes=before.upload_bytes,
            upload_sha256=before.upload_sha256,
            settings=stored,
            idempotency_key=idempotency_key,
            rerun_of=before.id,
            version_of=version_of,
        )
        return await self._add(new)

    async def wake_worker(self, job: Job) -> Job:
        """Send the job's task; a job whose task is lost is sent again by the sweeper."""
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

    async def _save(
        self,
        name: str,
        chunks: AsyncIterator[bytes],
        settings: AnalysisSettings,
        owner: str,
        idempotency_key: str | None = None,
    ) -> Job:
        job_id = new_job_id()
        key = f"uploads/{job_id}{_suffix(name)}"
        saved = await self.storage.save(key, chunks)
        if saved.size_bytes == 0:
            self.storage.delete(key)
            raise UploadError(f"The file {name} is empty. Choose a table with at least one peak.")
        new = NewJob(
            id=job_id,
            owner=owner,
            file_name=name,
            upload_key=key,
            upload_bytes=saved.size_bytes,
            upload_sha256=saved.sha256,
            settings=vars(settings),
            idempotency_key=idempotency_key,
        )
        return await self._add(new)

    async def _add(self, new: NewJob) -> Job:
        asked = _digest(new)
        job = await self.jobs.add(replace(new, submission_sha256=asked))
        if job.id == new.id:
            return await self.wake_worker(job)
        self.storage.delete(new.upload_key)
        if job.submission_sha256 not in (asked, None):  # None: from before it was noted
            raise IdempotencyKeyError(
                "This Idempotency-Key came before with another table or other settings. "
                "Send a new key with each new submission."
            )
        return job


def _digest(new: NewJob) -> str:
    """What a submission asked for, as SHA-256 in hexadecimal."""
    asked = (new.file_name, new.upload_sha256, new.settings, new.rerun_of)
    return sha256(msgspec.json.encode(asked, order="sorted")).hexdigest()


def _clean_name(name: str) -> str:
    """The name without folders or control characters, for display alone."""
    base = PurePath(name.replace("\\", "/")).name
    printable = "".join(c for c in base if c.isprintable())
    return printable[-LONGEST_FILE_NAME:] or "peaks"


def _suffix(name: str) -> str:
    suffix = PurePath(name).suffix.lower()
    return suffix if suffix in SUFFIXES else ".csv"


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(CHUNK_BYTES):
        yield chunk


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content
