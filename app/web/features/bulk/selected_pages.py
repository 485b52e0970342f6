"""The buttons of the job list: actions on the selected jobs, or on all that match the filter."""

from typing import Any

from litestar import post
from litestar.datastructures import FormMultiDict
from litestar.response import Redirect, Stream, Template
from litestar.status_codes import HTTP_303_SEE_OTHER
from msgspec import convert

from app.db.jobs.contents.labels import LabelError, tags_in
from app.db.jobs.sharing.permission import May
from app.jobs.actions import ACTIONS, TAGGING, ActionName, Tags
from app.jobs.submission import JobSubmission
from app.web.features.bulk.new_action import begin_action, ids_matching
from app.web.features.bulk.runner import BulkRunner
from app.web.features.bulk.selected import SelectedJobs, apply_to_selected, selected_jobs
from app.web.features.bulk.views import SHOWN_REASONS
from app.web.features.results.downloads.archive import ARCHIVE_NAME, open_archive
from app.web.features.results.downloads.maker import Exports
from app.web.forms.priority import chosen_priority
from app.web.http.answers.reader import while_reader_waits
from app.web.http.answers.sent_file import saved_as, sent_file
from app.web.http.faults.errors import QueryError
from app.web.http.identity.security import MANAGE, READ, SUBMIT, AnyRequest, require

COMPARED = 2
# After these, jobs are deleted at once or by the next cleanup.
ASKED_FIRST = ("delete", "release")


@post("/jobs/selected/priority", status_code=200, include_in_schema=False, opt=MANAGE)
async def prioritize_selected(
    request: AnyRequest, submissions: JobSubmission, bulk_runner: BulkRunner
) -> Template:
    """Give the selected jobs the priority of the form, as ``do_to_selected`` does its action."""
    priority = chosen_priority((await request.form()).get("priority", ""))
    action = convert(f"priority-{priority}", ActionName)
    return await _do(request, action, submissions, bulk_runner)


@post("/jobs/selected/{action:str}", status_code=200, include_in_schema=False, opt=MANAGE)
async def do_to_selected(
    request: AnyRequest,
    action: ActionName,
    submissions: JobSubmission,
    bulk_runner: BulkRunner,
) -> Template:
    """Apply an action to each selected job and show the outcome; what may delete jobs asks first.

    With ``scope`` all it is applied to all jobs that match the filter ``q``.
    """
    return await _do(request, action, submissions, bulk_runner)


async def _do(
    request: AnyRequest, action: ActionName, submissions: JobSubmission, bulk_runner: BulkRunner
) -> Template:
    require(request.user, ACTIONS[action].scope)
    form = await request.form()
    context: dict[str, Any] = {"action": action, "back": _list_address(str(form.get("back", "")))}
    try:
        tags = _tags(action, form)
    except LabelError as error:  # beside the field, for nothing was done yet
        return _part_or_page(request, "selected", context | {"problem": str(error)})
    if form.get("scope") == "all":
        return await _do_to_all_matching(request, action, bulk_runner, tags)
    selected = await _selected(request, ACTIONS[action].may)
    if action in ASKED_FIRST and "confirmed" not in form:
        context["selected"] = selected
    else:
        context["outcome"] = await apply_to_selected(
            action, selected, submissions, by=request.user.name, tags=tags
        )
    return _part_or_page(request, "selected", context)


@post("/jobs/selected/download", status_code=200, include_in_schema=False, opt=READ)
async def download_selected(request: AnyRequest, exports: Exports) -> Stream:
    """Download the results of the selected jobs as one ZIP."""
    selected = await _selected(request, May.VIEW)
    making = open_archive(selected.jobs, selected.refused, exports, user=request.user.name)
    file = await while_reader_waits(request, making)
    return sent_file(file, "application/zip", saved_as(ARCHIVE_NAME))


@post("/jobs/selected/compare", include_in_schema=False, opt=READ)
async def compare_selected(request: AnyRequest) -> Redirect:
    """Redirect to the comparison of two selected jobs, the older one first."""
    before, after = await _two_selected(request)
    return Redirect(f"/jobs/{before}/compare/{after}", status_code=HTTP_303_SEE_OTHER)


@post("/jobs/selected/arbiter", include_in_schema=False, opt=SUBMIT)
async def judge_selected(request: AnyRequest) -> Redirect:
    """Redirect to the form that judges two programs by the two selected jobs."""
    first, second = await _two_selected(request)
    return Redirect(f"/jobs/{first}/arbiter/{second}", status_code=HTTP_303_SEE_OTHER)


async def _two_selected(request: AnyRequest) -> list[str]:
    """The ids of the two selected jobs, the older one first."""
    jobs = (await _selected(request, May.VIEW)).jobs
    if len(jobs) != COMPARED:
        raise QueryError("Select two jobs to compare them.")
    return [job.id for job in sorted(jobs, key=lambda job: job.created_at)]


async def _do_to_all_matching(
    request: AnyRequest, action: ActionName, bulk_runner: BulkRunner, tags: Tags
) -> Template:
    """Begin an action on all jobs that match the filter of the list; some ask first."""
    form = await request.form()
    q, back = str(form.get("q", "")), _list_address(str(form.get("back", "")))
    if action in ASKED_FIRST and "confirmed" not in form:
        total = len(await ids_matching(q, owner=request.user.name))
        context = {"action": action, "q": q, "total": total, "back": back}
        return _part_or_page(request, "ask_matching", context)
    confirmed = str(form.get("confirmed", ""))
    begun = await begin_action(
        request.user,
        bulk_runner,
        action,
        q,
        tags=list(tags),
        expected=int(confirmed) if confirmed.isdecimal() else None,
    )
    return _part_or_page(request, "bulk_action", {"bulk": begun, "shown": SHOWN_REASONS})


def _part_or_page(request: AnyRequest, name: str, context: dict[str, Any]) -> Template:
    """A fragment of the job list for htmx, a page for browsers without JavaScript."""
    folder = "fragments" if "hx-request" in request.headers else "pages"
    return Template(f"{folder}/{name}.html", context=context)


def _tags(action: ActionName, form: FormMultiDict) -> Tags:
    if action not in TAGGING:
        return ()
    tags = tags_in(str(form.get("tags", "")))
    if not tags:
        raise LabelError("Write at least one tag into the field beside the buttons.")
    return tags


async def _selected(request: AnyRequest, may: May) -> SelectedJobs:
    form = await request.form()
    job_ids = [str(value) for value in form.getall("job", [])]
    if form.get("scope") == "all":
        job_ids = await ids_matching(str(form.get("q", "")), owner=request.user.name)
    return await selected_jobs(job_ids, may, by=request.user.name)


def _list_address(address: str) -> str:
    """The address of the list that the form came from; never another site."""
    return address if address == "/jobs" or address.startswith("/jobs?") else "/jobs"


HANDLERS = [
    prioritize_selected,
    do_to_selected,
    download_selected,
    compare_selected,
    judge_selected,
]
