"""The API of the arbiter."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import Provide
from litestar.params import Parameter
from litestar.response import Stream

from app.db.jobs.sharing.permission import permitted
from app.runtime.fair_threads import FairThreads
from app.web.features.arbiter.choice import peak_choice
from app.web.features.arbiter.downloads import MEDIA_TYPES, open_listing
from app.web.features.arbiter.file_maker import ArbiterFiles
from app.web.features.arbiter.judged_peaks import JudgedPeaks
from app.web.features.arbiter.orders import CSV
from app.web.features.arbiter.peak_choice import PeakChoice
from app.web.features.arbiter.submissions import Arbiter
from app.web.features.arbiter.titles import titles_of
from app.web.features.arbiter.views import Judgements, judgements
from app.web.features.results.downloads.job_export import file_stem
from app.web.http.answers.paging import Limit, Offset
from app.web.http.answers.sent_file import saved_as, sent_file
from app.web.http.faults.problems import problems
from app.web.http.identity.security import READ, SUBMIT, AnyRequest
from app.web.job_view import Accepted, IdempotencyKey, accepted, view

CHOSEN = {"choice": Provide(peak_choice)}


class Programs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the two programs are called; without it, they have the names of their tables."""

    first: str = ""
    second: str = ""


FileKind = Annotated[
    str,
    Parameter(
        query="format",
        description="The format of the file: csv or xlsx.",
        schema_extra={"enum": list(MEDIA_TYPES)},
    ),
]


@post(
    "/api/v1/jobs/{job_id:str}/arbiter/{other_id:str}",
    status_code=202,
    tags=["results"],
    responses=problems(404, 409, 422, 429, 507),
    opt=SUBMIT,
)
async def judge_programs(
    request: AnyRequest,
    job_id: str,
    other_id: str,
    data: Programs,
    arbiter: Arbiter,
    idempotency_key: IdempotencyKey = None,
) -> Response[Accepted]:
    """Judge two programs: a new job compares the tables of one run by two programs.

    The two jobs have a result each. Rows of one peak are matched, and every label is judged by one
    retention law. ``GET /jobs/{job_id}/judgements`` of the new job has the judgements. Calls that
    were set by hand in the two jobs are not taken over, anchors are.
    """
    user = request.user.name
    one, other = [await permitted(each, user) for each in (job_id, other_id)]
    titles = titles_of(one, other, data.first, data.second)
    made = await arbiter.compare(one, other, titles, user=user, idempotency_key=idempotency_key)
    return accepted(view(made))


@get(
    "/api/v1/jobs/{job_id:str}/judgements",
    tags=["results"],
    dependencies=CHOSEN,
    responses=problems(404, 409, 429, 507),
    opt=READ,
)
async def list_judgements(
    request: AnyRequest,
    job_id: str,
    threads: FairThreads,
    judged_peaks: JudgedPeaks,
    choice: PeakChoice,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> Judgements:
    """List the peaks of two programs side by side, with who is right about each and why.

    The first request of a result has its peaks judged, which takes a place of those of exports.
    Times of the law and of the peak are on the axis of the first program.
    """
    user = request.user.name
    found = await judged_peaks.of(await permitted(job_id, user), user=user)
    return await threads.run(user, judgements, found, choice, limit, offset)


@get(
    "/api/v1/jobs/{job_id:str}/judgements/export",
    tags=["results"],
    dependencies=CHOSEN,
    responses=problems(404, 409, 429, 507),
    opt=READ,
)
async def download_judgements(
    request: AnyRequest,
    job_id: str,
    arbiter_files: ArbiterFiles,
    choice: PeakChoice,
    format_name: FileKind = CSV,
) -> Stream:
    """Download the judged peaks as CSV or XLSX."""
    job, user = await permitted(job_id, request.user.name), request.user.name
    file = await open_listing(job, arbiter_files, choice, format_name, user=user)
    name = f"{file_stem(job)}-judgements.{format_name}"
    return sent_file(file, MEDIA_TYPES[format_name], saved_as(name))


@post(
    "/api/v1/jobs/{job_id:str}/what-holds",
    status_code=202,
    tags=["results"],
    responses=problems(404, 409, 422, 429, 507),
    opt=SUBMIT,
)
async def keep_what_holds(
    request: AnyRequest,
    job_id: str,
    arbiter: Arbiter,
    idempotency_key: IdempotencyKey = None,
) -> Response[Accepted]:
    """Make a table of what holds, as a new job: each peak once, with the likelier label.

    The new job judges each label again. Where the data do not decide, both labels stand in the
    name. Every row of both programs is kept in columns of the table.
    """
    user = request.user.name
    job = await permitted(job_id, user)
    made = await arbiter.keep_what_holds(job, user=user, idempotency_key=idempotency_key)
    return accepted(view(made))


HANDLERS = [judge_programs, list_judgements, download_judgements, keep_what_holds]
