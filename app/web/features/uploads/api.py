"""The API of submissions: one table, many tables as separate jobs, or many as one cohort."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from app.analysis.reading.decisions import Decision, Question
from app.analysis.reading.understood import Understood
from app.contract.tasks import JobState
from app.db.jobs.lists.batches import jobs_of_batch
from app.jobs.submission import JobSubmission
from app.jobs.upload_files import chunks, clean_name
from app.web.features.uploads.batches import RefusedFile, refuse_too_many, take_batch
from app.web.features.uploads.cohorts import Part, take_cohort
from app.web.features.uploads.pending_uploads import PendingUploads
from app.web.features.uploads.preview_process import Previewer
from app.web.features.uploads.question_check import QuestionCheck
from app.web.forms.fields import (
    CohortForm,
    ManyFiles,
    PreviewForm,
    Submission,
)
from app.web.http.faults.problems import problems
from app.web.http.identity.security import READ, SUBMIT, AnyRequest
from app.web.job_view import Accepted, IdempotencyKey, JobView, accepted, view

# Too large a file, unusable settings, too many submissions, and no space.
REFUSALS = problems(413, 422, 429, 507)


class AcceptedBatch(msgspec.Struct, frozen=True, kw_only=True):
    """The queued jobs, in the order of their files, and the refused files.

    ``refused`` names each file with a sentence on what to do; the others are analyzed anyway.
    """

    batch_id: str
    jobs: list[JobView]
    refused: list[RefusedFile]
    links: dict[str, str]


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """The jobs of a batch that still exist; ``counts`` has the number of jobs in each status."""

    batch_id: str
    counts: dict[str, int]
    jobs: list[JobView]


class TablePreview(msgspec.Struct, frozen=True, kw_only=True):
    """How a table will be read.

    ``columns`` has the header of each role that was found. ``decisions`` say how the table is read
    and why, with the name of the field that changes it; ``questions`` have to be answered by a
    field before a job can start. ``refusal`` says why the table cannot be analyzed, or is empty.
    """

    source: str
    header: list[str]
    columns: dict[str, str]
    samples: list[str]
    rows: int
    understood: Understood | None
    decisions: list[Decision]
    questions: list[Question]
    notes: list[str]
    warnings: list[str]
    refusal: str


@post("/api/v1/previews", status_code=200, tags=["jobs"], responses=REFUSALS, opt=SUBMIT)
async def preview_table(
    request: AnyRequest,
    data: Annotated[PreviewForm, Body(media_type=RequestEncodingType.MULTI_PART)],
    uploads: PendingUploads,
    previewer: Previewer,
) -> TablePreview:
    """Show how a peak table will be read, without starting a job. The table is not kept."""
    choices, owner = data.choices(), request.user.name
    kept = await uploads.keep(data.file, owner=owner)
    try:
        found = await previewer.preview(kept.key, choices, user=owner)
    finally:
        await uploads.discard(kept)
    return TablePreview(
        source=found.source,
        header=list(found.header),
        columns=dict(found.roles),
        samples=list(found.samples),
        rows=found.rows,
        understood=found.understood,
        decisions=list(found.decisions),
        questions=list(found.questions),
        notes=list(found.notes),
        warnings=list(found.warnings),
        refusal=found.refusal,
    )


@post("/api/v1/batches", status_code=202, tags=["batches"], responses=REFUSALS, opt=SUBMIT)
async def submit_batch(
    request: AnyRequest,
    data: Annotated[ManyFiles, Body(media_type=RequestEncodingType.MULTI_PART)],
    submissions: JobSubmission,
    question_check: QuestionCheck,
    idempotency_key: IdempotencyKey = None,
) -> Response[AcceptedBatch]:
    """Submit many peak tables with the same settings, each as a job of its own.

    A refused file is named in the answer and does not stop the others. A batch that is sent again
    with its ``Idempotency-Key`` gets the jobs of the first time.
    """
    batch_id, jobs, refused = await take_batch(
        data,
        submissions,
        question_check,
        owner=request.user.name,
        idempotency_key=idempotency_key,
    )
    here = f"/api/v1/batches/{batch_id}"
    waits = AcceptedBatch(
        batch_id=batch_id, jobs=[view(job) for job in jobs], refused=refused, links={"self": here}
    )
    return Response(waits, status_code=202, headers={"Location": here})


@get("/api/v1/batches/{batch_id:str}", tags=["batches"], responses=problems(404), opt=READ)
async def show_batch(request: AnyRequest, batch_id: str) -> Batch:
    """Show the jobs of a batch, in the order of their files."""
    jobs = await jobs_of_batch(batch_id, owner=request.user.name)
    states = [job.state for job in jobs]
    return Batch(
        batch_id=batch_id,
        counts={state: states.count(state) for state in JobState},
        jobs=[view(job) for job in jobs],
    )


@post("/api/v1/cohorts", status_code=202, tags=["batches"], responses=REFUSALS, opt=SUBMIT)
async def submit_cohort(
    request: AnyRequest,
    data: Annotated[CohortForm, Body(media_type=RequestEncodingType.MULTI_PART)],
    submissions: JobSubmission,
    idempotency_key: IdempotencyKey = None,
) -> Response[Accepted]:
    """Submit many peak tables as one job, whose models are fitted to all of them.

    Each file is one sample with its name, unless its table has a sample column. Row numbers
    continue from file to file. If a file is not a peak table, the job fails and names it.
    """
    refuse_too_many(data)
    choices = data.choices()
    parts = [Part(clean_name(file.filename), chunks(file), choices) for file in data.file]
    job = await take_cohort(
        parts,
        data.settings(),
        submissions,
        owner=request.user.name,
        name=data.name,
        priority=data.priority,
        idempotency_key=idempotency_key,
    )
    return accepted(view(job))


@post("/api/v1/jobs", status_code=202, tags=["jobs"], responses=REFUSALS, opt=SUBMIT)
async def submit_job(
    request: AnyRequest,
    data: Annotated[Submission, Body(media_type=RequestEncodingType.MULTI_PART)],
    submissions: JobSubmission,
    question_check: QuestionCheck,
    idempotency_key: IdempotencyKey = None,
) -> Response[Accepted]:
    """Submit a peak table. The answer comes at once; follow the job by its events.

    A table that can be read in two ways is refused with 400: the detail names both, and the field
    that chooses (``decimal``, ``rt_unit``, ``encoding``, ``anchor_words``, ``marked_rows``, ...).

    A submission that is sent again with its ``Idempotency-Key`` gets the first one's job; the same
    key with another table or other settings is refused with 422.
    """
    choices = data.choices()
    job = await submissions.submit(
        data.file.filename,
        chunks(data.file),
        data.settings(),
        choices,
        owner=request.user.name,
        priority=data.priority,
        idempotency_key=idempotency_key,
        check=lambda key: question_check.check(key, choices),
    )
    return accepted(view(job))


HANDLERS = [preview_table, submit_job, submit_batch, show_batch, submit_cohort]
