"""The pages of the arbiter: compare two programs, and who is right about each peak."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from litestar import get, post
from litestar.di import Provide
from litestar.params import Parameter
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST

from app.analysis.arbiter.differences import KINDS
from app.analysis.arbiter.errors import NotOneRunError
from app.analysis.arbiter.listing import judgement_words
from app.db.jobs.contents.settings import overrides_of
from app.db.jobs.sharing.permission import permitted
from app.db.jobs.tables import Job
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.arbiter.choice import peak_choice
from app.web.features.arbiter.judged_peaks import Judged, JudgedPeaks
from app.web.features.arbiter.peak_choice import ALL, DIFFERENT, PeakChoice
from app.web.features.arbiter.submissions import ONE_TABLE, Arbiter
from app.web.features.arbiter.titles import LONGEST_TITLE, titles_of
from app.web.features.arbiter.views import judgements
from app.web.features.results.rows import result_of
from app.web.http.identity.security import READ, SUBMIT, AnyRequest
from app.web.job_view import view

SEE_OTHER: Literal[303] = 303
# Rendering more lines would hold up other requests.
PEAKS_PER_PAGE = 200

PageNumber = Annotated[int, Parameter(ge=1, le=10**6)]


@get("/jobs/{job_id:str}/arbiter/{other_id:str}", include_in_schema=False, opt=READ)
async def programs_page(
    request: AnyRequest, job_id: str, other_id: str, storage: Folder
) -> Template:
    """The form that compares the tables of two programs."""
    one, other = [await permitted(each, request.user.name) for each in (job_id, other_id)]
    for job in (one, other):
        result_of(job, storage)  # raises if there is no result
    return _form(one, other, ("", ""), error=ONE_TABLE if one.id == other.id else "")


@post("/jobs/{job_id:str}/arbiter/{other_id:str}", include_in_schema=False, opt=SUBMIT)
async def compare_programs(
    request: AnyRequest,
    job_id: str,
    other_id: str,
    arbiter: Arbiter,
) -> Template | Redirect:
    """Submit the comparison and show its progress; tables of two runs are refused on the form."""
    user = request.user.name
    one, other = [await permitted(each, user) for each in (job_id, other_id)]
    form = await request.form()
    written = str(form.get("first", "")), str(form.get("second", ""))
    try:
        job = await arbiter.compare(one, other, titles_of(one, other, *written), user=user)
    except NotOneRunError as error:
        return _form(one, other, written, error=str(error))
    return Redirect(f"/jobs/{job.id}?watch=1", status_code=SEE_OTHER)


def _form(one: Job, other: Job, written: tuple[str, str], *, error: str = "") -> Template:
    context = {
        "one": view(one),
        "other": view(other),
        "titles": titles_of(one, other, *written),
        "longest": LONGEST_TITLE,
        "error": error,
        "calls_by_hand": {job.file_name: calls for job in (one, other) if (calls := _by_hand(job))},
    }
    status = HTTP_400_BAD_REQUEST if error else HTTP_200_OK
    return Template("arbiter/programs.html", context=context, status_code=status)


def _by_hand(job: Job) -> int:
    return sum(each.call is not None for each in overrides_of(job))


@get(
    "/jobs/{job_id:str}/judgements",
    include_in_schema=False,
    dependencies={"choice": Provide(peak_choice)},
    opt=READ,
)
async def judgements_page(
    request: AnyRequest,
    job_id: str,
    threads: FairThreads,
    judged_peaks: JudgedPeaks,
    choice: PeakChoice,
    page: PageNumber = 1,
) -> Template:
    """Who is right about each peak of two programs."""
    job, user = await permitted(job_id, request.user.name), request.user.name
    judged = await judged_peaks.of(job, user=user)
    context = await threads.run(user, _context, judged, choice, page)
    return Template("arbiter/judgements.html", context={"job": view(job), **context})


def _context(judged: Judged, choice: PeakChoice, page: int) -> dict[str, Any]:
    offset = (page - 1) * PEAKS_PER_PAGE
    found = judgements(judged, choice, PEAKS_PER_PAGE, offset)
    return {
        "found": found,
        "choice": choice,
        "differences": {DIFFERENT: "any difference", ALL: "all peaks", **KINDS},
        "kinds": KINDS,
        "words": judgement_words(judged.titles),
        "query": urlencode(choice._asdict()),
        "page": page,
        "last_page": max(1, -(-found.total // PEAKS_PER_PAGE)),
    }


@post("/jobs/{job_id:str}/what-holds", include_in_schema=False, opt=SUBMIT)
async def what_holds_by_form(
    request: AnyRequest,
    job_id: str,
    arbiter: Arbiter,
) -> Redirect:
    """Make a table of what holds, and show the progress of its job."""
    user = request.user.name
    job = await permitted(job_id, user)
    made = await arbiter.keep_what_holds(job, user=user)
    return Redirect(f"/jobs/{made.id}?watch=1", status_code=SEE_OTHER)


HANDLERS = [programs_page, compare_programs, judgements_page, what_holds_by_form]
