"""The page of the job list, and the actions of its buttons on selected jobs."""

from collections import Counter
from typing import Annotated, Any, Literal

from litestar import Request, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import Provide
from litestar.params import Parameter
from litestar.response import Redirect, Stream, Template
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_400_BAD_REQUEST

from app.contract.tasks import JobState
from app.db.jobs.batches import jobs_of_batch
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.labels import LabelError, tags_in
from app.db.jobs.search import JobFilter, count_jobs, find_jobs
from app.db.jobs.shares import May
from app.jobs.submission import JobSubmission
from app.progress.relay import Relay
from app.progress.streams import key_of_owner
from app.web.features.bulk.runner import BulkRunner
from app.web.features.bulk.views import SHOWN_REASONS, begin, ids_matching
from app.web.features.jobs.archive import ARCHIVE_NAME, open_archive
from app.web.features.jobs.browser_tab import tab
from app.web.features.jobs.bulk_actions import ACTIONS, TAGGING, ChosenJobs, apply_to_all, chosen
from app.web.features.jobs.job_query import JobQuery, page_query
from app.web.features.jobs.query_language import FIELDS
from app.web.features.results.export_maker import Exports
from app.web.http.errors import QueryError
from app.web.http.reader import while_reader_waits
from app.web.http.security import MANAGE, READ, User, require
from app.web.http.sent_file import sent_file
from app.web.job_view import view
from app.web.wait_estimate import WaitEstimate

JOBS_PER_PAGE = 50
MOST_RUNNING = 100
COMPARED = 2

AnyRequest = Request[User, Any, Any]


@get("/jobs", include_in_schema=False, dependencies={"wanted": Provide(page_query)}, opt=READ)
async def job_list(
    request: AnyRequest,
    wanted: JobQuery,
    relay: Relay,
    waiting: WaitEstimate,
    page: Annotated[int, Parameter(ge=1)] = 1,
    select: Literal["", "all"] = "",
) -> Template:
    """The page of the user's jobs; the event stream updates it.

    With ``select`` all shown jobs are selected, for browsers without JavaScript.
    """
    owner, which = request.user.name, wanted.which
    after = await relay.tip(key_of_owner(owner))
    total = 0 if wanted.error else await count_jobs(which, owner=owner)
    last_page = max(1, -(-total // JOBS_PER_PAGE))
    page = min(page, last_page)
    place = {"limit": JOBS_PER_PAGE, "offset": (page - 1) * JOBS_PER_PAGE}
    found = await find_jobs(which, owner=owner, sort=wanted.sort, **place) if total else []
    return Template(
        "pages/jobs.html",
        status_code=HTTP_400_BAD_REQUEST if wanted.error else HTTP_200_OK,
        context={
            **await _running(owner),
            "jobs": [view(job) for job in found],
            "after": after,
            "all_wait": await waiting.why_all_wait(),
            "total": total,
            "page": page,
            "last_page": last_page,
            "link": wanted,
            "which": which,
            "states": list(JobState),
            "is_filtered": which != JobFilter() or bool(wanted.error),
            "fields": FIELDS,
            "batch": await _batch(which.batch, owner=owner) if which.batch else None,
            "all_chosen": select == "all",
        },
    )


@post("/jobs/selected/{action:str}", status_code=200, include_in_schema=False, opt=MANAGE)
async def do_to_selected(
    request: AnyRequest,
    action: Literal["cancel", "start", "delete", "keep", "release", "tag", "untag"],
    submissions: JobSubmission,
    bulk_runner: BulkRunner,
) -> Template:
    """Apply an action to each selected job and show the outcome; deleting asks first.

    With ``scope`` all it is applied to all jobs that match the filter ``q``.
    """
    require(request.user, ACTIONS[action].scope)
    form = await request.form()
    context: dict[str, Any] = {"action": action, "back": _list_address(str(form.get("back", "")))}
    try:
        tags = _tags(action, form)
    except LabelError as error:  # beside the field, for nothing was done yet
        return _outcome(request, context | {"problem": str(error)})
    if form.get("scope") == "all":
        return await _do_to_all_matching(request, action, bulk_runner, tags)
    those = await _chosen(request, ACTIONS[action].may)
    if action == "delete" and "confirmed" not in form:
        context["those"] = those
    else:
        context["outcome"] = await apply_to_all(
            action, those, submissions, by=request.user.name, tags=tags
        )
    return _outcome(request, context)


def _outcome(request: AnyRequest, context: dict[str, Any]) -> Template:
    is_part = "hx-request" in request.headers
    name = "fragments/selected.html" if is_part else "pages/selected.html"
    return Template(name, context=context)


@post("/jobs/selected/download", status_code=200, include_in_schema=False, opt=READ)
async def download_selected(request: AnyRequest, exports: Exports) -> Stream:
    """Download the results of the selected jobs as one ZIP."""
    those = await _chosen(request, May.VIEW)
    making = open_archive(those, exports, user=request.user.name)
    file = await while_reader_waits(request, making)
    headers = {"Content-Disposition": f'attachment; filename="{ARCHIVE_NAME}"'}
    return sent_file(file, "application/zip", headers)


@post("/jobs/selected/compare", include_in_schema=False, opt=READ)
async def compare_selected(request: AnyRequest) -> Redirect:
    """Redirect to the comparison of two selected jobs, the older one first."""
    jobs = (await _chosen(request, May.VIEW)).jobs
    if len(jobs) != COMPARED:
        raise QueryError("Select two jobs to compare them.")
    before, after = sorted(jobs, key=lambda job: job.created_at)
    return Redirect(f"/jobs/{before.id}/compare/{after.id}", status_code=HTTP_303_SEE_OTHER)


async def _do_to_all_matching(
    request: AnyRequest, action: str, bulk_runner: BulkRunner, tags: tuple[str, ...]
) -> Template:
    """Begin an action on all jobs that match the filter of the list; deleting asks first."""
    form = await request.form()
    q, is_part = str(form.get("q", "")), "hx-request" in request.headers
    back = _list_address(str(form.get("back", "")))
    if action == "delete" and "confirmed" not in form:
        total = len(await ids_matching(q, owner=request.user.name))
        context: dict[str, Any] = {"q": q, "total": total, "back": back}
        name = "fragments/delete_matching.html" if is_part else "pages/delete_matching.html"
        return Template(name, context=context)
    confirmed = str(form.get("confirmed", ""))
    begun = await begin(
        request.user,
        bulk_runner,
        action,
        q,
        tags=list(tags),
        expected=int(confirmed) if confirmed.isdecimal() else None,
    )
    name = "fragments/bulk_action.html" if is_part else "pages/bulk_action.html"
    return Template(name, context={"bulk": begun, "shown": SHOWN_REASONS})


def _tags(action: str, form: FormMultiDict) -> tuple[str, ...]:
    if action not in TAGGING:
        return ()
    tags = tags_in(str(form.get("tags", "")))
    if not tags:
        raise LabelError("Write at least one tag into the field beside the buttons.")
    return tags


async def _chosen(request: AnyRequest, may: May) -> ChosenJobs:
    form = await request.form()
    job_ids = [str(value) for value in form.getall("job", [])]
    if form.get("scope") == "all":
        job_ids = await ids_matching(str(form.get("q", "")), owner=request.user.name)
    return await chosen(job_ids, may, by=request.user.name)


async def _batch(batch_id: str, *, owner: str) -> Counter[str]:
    """How many jobs of a batch are in each state; none if the batch does not exist."""
    try:
        return Counter(job.state for job in await jobs_of_batch(batch_id, owner=owner))
    except JobNotFoundError:
        return Counter()


async def _running(owner: str) -> dict[str, Any]:
    """The running jobs of all pages with their percentages, and the browser tab for them."""
    which = JobFilter(states=(JobState.RUNNING,))
    found = await find_jobs(which, owner=owner, limit=MOST_RUNNING)
    running = {job.id: job.percentage for job in found}
    mean = sum(running.values()) // len(running) if running else 0
    return {"running": running, "tab": tab(JobState.RUNNING, mean) if running else None}


def _list_address(address: str) -> str:
    """The address of the list that the form came from; never another site."""
    return address if address == "/jobs" or address.startswith("/jobs?") else "/jobs"


HANDLERS = [job_list, do_to_selected, download_selected, compare_selected]
