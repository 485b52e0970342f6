"""Jobs as the API and the pages show them."""

from datetime import UTC, datetime
from typing import Annotated, Any, cast

import msgspec
from litestar import Response
from litestar.params import HeaderParameter

from app.analysis.overrides.override import Override
from app.analysis.reading.cohort_file import CohortFile
from app.analysis.reading.decisions import AUTO, ReadingChoices
from app.analysis.settings import BOUNDS
from app.db.jobs.contents.labels import tags_of
from app.db.jobs.contents.settings import files_of, overrides_of, settings_and_choices
from app.db.jobs.tables import Job
from app.db.jobs.turns.priority import Priority, priority_of

# The settings that say how numbers and times are written.
AUTO_NOTATION = {"decimal": AUTO, "rt_unit": AUTO}


class SignOff(msgspec.Struct, frozen=True, kw_only=True):
    """Who vouches for a version, by name, and since when; ``at`` is UTC. It locks the version."""

    by: str
    at: datetime


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """A job. Times are ISO 8601 in UTC, ``percentage`` is 0-100, ``upload_bytes`` is a size.

    ``queue_position`` counts from 1; a queued job has it when it is read by its id, together with
    ``estimated_wait_s``, the seconds until it starts, rounded to one digit, once enough jobs have
    run. While the queue is paused (``queue_paused``) there is no estimate. ``mapping`` has the
    columns that the submission named, and ``reading`` the other choices about how the table is
    read. ``rerun_of`` is the job, perhaps deleted since, whose table this job analyzes again. A job
    that refits another with ``overrides`` is a ``version`` of the first one, ``version_of``. A
    cohort has the ``files`` it consists of; jobs that were submitted together have a ``batch_id``.
    ``tags`` and ``note`` are what its owner, or somebody who may change it, wrote to find it again.
    ``priority`` is high, normal or low, among the waiting jobs of its owner. The cleanup never
    deletes a job that is ``kept`` or ``signed_off``, nor its other versions.
    """

    id: str
    task_id: str | None
    status: str
    step: str
    percentage: int
    message: str
    error: str | None
    file_name: str
    upload_bytes: int
    upload_sha256: str
    files: tuple[CohortFile, ...]
    batch_id: str | None
    kept: bool
    tags: tuple[str, ...] = ()
    note: str = ""
    priority: Priority = Priority.NORMAL
    settings: dict[str, Any]
    mapping: dict[str, str]
    reading: dict[str, Any]
    overrides: tuple[Override, ...]
    summary: dict[str, Any] | None
    attempt: int
    rerun_of: str | None
    version_of: str | None
    version: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    queue_position: int | None
    estimated_wait_s: int | None
    queue_paused: bool = False
    signed_off: SignOff | None = None
    links: dict[str, str]


def view(
    job: Job, *, queue_position: int | None = None, estimated_wait_s: int | None = None
) -> JobView:
    """The view of a job's row, with its JSON columns decoded and its links."""
    settings, choices = settings_and_choices(job)
    return JobView(
        id=job.id,
        task_id=job.task_id,
        status=job.state,
        step=job.step,
        percentage=job.percentage,
        message=job.message,
        error=job.error,
        file_name=job.file_name,
        upload_bytes=job.upload_bytes,
        upload_sha256=job.upload_sha256,
        files=files_of(job),
        batch_id=job.batch_id,
        kept=job.pinned,
        tags=tags_of(job),
        note=job.note,
        priority=priority_of(job),
        settings=settings_by_form_name(settings) | notation_of(choices),
        mapping=choices.columns,
        reading=_other_choices(choices),
        overrides=overrides_of(job),
        summary=msgspec.json.decode(job.summary) if job.summary else None,
        attempt=job.attempt,
        rerun_of=job.rerun_of,
        version_of=job.version_of,
        version=job.version,
        created_at=job.created_at,
        started_at=started_at(job),
        finished_at=job.finished_at,
        queue_position=queue_position,
        estimated_wait_s=estimated_wait_s,
        signed_off=sign_off_of(job),
        links=_links(job.id),
    )


def sign_off_of(job: Job) -> SignOff | None:
    """Who signed off a version; None if nobody did."""
    if not job.signed_off_at:
        return None
    return SignOff(by=job.signed_off_name or "", at=job.signed_off_at)


def _links(job_id: str) -> dict[str, str]:
    path = f"/api/v1/jobs/{job_id}"
    parts = ("rows", "models", "events", "export", "record", "audit", "versions")
    return {"self": path, **{name: f"{path}/{name}" for name in parts}, "page": f"/jobs/{job_id}"}


def analysis_settings(job: Job) -> dict[str, Any]:
    """The settings of a job under the names of the form, without its overrides."""
    settings, choices = settings_and_choices(job)
    return settings_by_form_name(settings) | notation_of(choices)


def notation_of(choices: ReadingChoices) -> dict[str, str]:
    """The notation of numbers and times, under the names of the form."""
    return {name: getattr(choices, name) for name in AUTO_NOTATION}


def _other_choices(choices: ReadingChoices) -> dict[str, Any]:
    chosen: dict[str, Any] = msgspec.to_builtins(choices)
    return {
        name: value for name, value in chosen.items() if name not in ("columns", *AUTO_NOTATION)
    }


def settings_by_form_name(settings: dict[str, Any]) -> dict[str, Any]:
    """Stored settings under the names of the form."""
    form_name = {bound.field: bound.name for bound in BOUNDS}
    return {form_name.get(name, name): value for name, value in settings.items()}


def elapsed_s(job: Job) -> float:
    """How many seconds the job has run until now or its end; 0 while it is queued."""
    started = started_at(job)
    if started is None:
        return 0.0
    return ((job.finished_at or datetime.now(UTC)) - started).total_seconds()


def started_at(job: Job) -> datetime | None:
    """When the last attempt started; the column can be null, which Piccolo's types hide."""
    return cast("datetime | None", job.started_at)


IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="A text that the caller makes up, new for each submission.",
    ),
]


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A job that was queued. ``job_id`` is its ``id`` once more, from before both had one name."""

    id: str
    job_id: Annotated[str, msgspec.Meta(description="The same as `id`. Use that.")]
    task_id: str | None
    status: str
    links: dict[str, str]


def accepted(job: JobView) -> Response[Accepted]:
    """The answer to a request that queued a job."""
    queued = Accepted(
        id=job.id, job_id=job.id, task_id=job.task_id, status=job.status, links=job.links
    )
    return Response(queued, status_code=202, headers={"Location": job.links["self"]})
