"""How an upload becomes a job: stored, recorded, and a worker woken."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, fields
from pathlib import PurePath
from typing import Annotated, Any

import anyio
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.params import Body
from taskiq.exceptions import SendTaskError

from app.analysis.example import example_table
from app.analysis.settings import AnalysisSettings
from app.broker import StreamBroker, send_task
from app.contract.tasks import ANALYZE
from app.db.jobs import JobStore, NewJob, new_job_id
from app.db.tables import Job
from app.storage import Folder
from app.web.errors import UploadError

CHUNK_BYTES = 1024 * 1024
LONGEST_FILE_NAME = 200
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
EXAMPLE_NAME = "example.csv"
# The page's form carries it; see app/main.py.
CSRF_FIELD = "_csrf_token"

logger = logging.getLogger(__name__)


@dataclass
class Submission:
    """The form of a new job: a peak table and the settings to analyze it by."""

    file: Annotated[UploadFile, Body(description="The peak table: CSV, TSV, XLSX or Parquet.")]
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


async def refuse_unknown_fields(request: Request[Any, Any, Any]) -> None:
    """Refuse a form with a field that a submission has not: a misspelt setting would be lost.

    Raises:
        UploadError: there is such a field.
    """
    known = [field.name for field in fields(Submission)]
    unknown = [name for name in await request.form() if name not in (*known, CSRF_FIELD)]
    if unknown:
        raise UploadError(f"There is no field {unknown[0]}; the form takes {', '.join(known)}.")


@dataclass(frozen=True)
class Intake:
    """Takes submissions in; web and API share it."""

    jobs: JobStore
    storage: Folder
    broker: StreamBroker

    async def take(
        self, submission: Submission, *, owner: str, idempotency_key: str | None = None
    ) -> Job:
        """Make a job of a submission; one whose key came before answers with that one's job.

        Raises:
            SettingsError: a setting is out of its range.
            UploadError: the file is empty.
        """
        if idempotency_key:
            before = await self.jobs.with_key(idempotency_key, owner=owner)
            if before:
                return before
        settings = submission.settings()
        name = _clean_name(submission.file.filename)
        return await self._add(name, _chunks(submission.file), settings, owner, idempotency_key)

    async def take_example(self, *, owner: str) -> Job:
        """Make a job of the example table with the default settings."""
        table = await anyio.to_thread.run_sync(lambda: example_table().write_csv())
        return await self._add(EXAMPLE_NAME, _one(table.encode()), AnalysisSettings(), owner)

    async def wake_worker(self, job: Job) -> Job:
        """Send the job's task; a job whose task is lost is sent again by the sweeper."""
        try:
            job.task_id = await send_task(self.broker, ANALYZE)
        except SendTaskError:
            logger.exception("Job %s waits for the sweeper.", job.id)
            return job
        await self.jobs.remember_task(job.id, job.task_id)
        return job

    async def _add(
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
        return await self.wake_worker(await self.jobs.add(new))


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
