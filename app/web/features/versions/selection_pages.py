"""The page that overrides many rows at once: the ticked ones, or all that match a filter."""

from dataclasses import replace
from typing import Annotated, Any

from litestar import get, post
from litestar.di import Provide
from litestar.params import Parameter
from litestar.response import Redirect, Template

from app.analysis.overrides.override import OverrideError
from app.analysis.state.calls import CALLS
from app.db.jobs.contents.settings import overrides_of
from app.db.jobs.sharing.permission import May, permitted
from app.db.jobs.tables import Job
from app.jobs.rerun import refit
from app.jobs.submission import JobSubmission
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.filters.parameters import row_filter
from app.web.features.results.filters.row_filter import HIGHEST_ROW, RowFilter
from app.web.features.results.rows import result_of
from app.web.features.versions.overrides import chosen_rows, usable_overrides, with_decision
from app.web.http.identity.security import READ, SUBMIT, AnyRequest
from app.web.job_view import view

ANCHORS = {"": None, "yes": True, "no": False}
FIELDS = ("call", "anchor", "reason")
MOST_SHOWN = 200
Ticked = list[Annotated[int, Parameter(ge=1, le=HIGHEST_ROW)]] | None
PATH = "/jobs/{job_id:str}/overrides/selection"
FILTERED = {"which": Provide(row_filter)}


@get(PATH, include_in_schema=False, dependencies=FILTERED, opt=READ)
async def selection_page(
    request: AnyRequest,
    job_id: str,
    storage: Folder,
    threads: FairThreads,
    which: RowFilter,
    tick: Ticked = None,
) -> Template:
    """The form that overrides the rows with a tick, or else those that match the filter."""
    user = request.user.name
    job = await permitted(job_id, user, May.EDIT)
    rows = await threads.run(user, chosen_rows, job, _chosen(which, tick), storage)
    shown = await threads.run(user, _shown, job, rows, storage)
    return _page(job, rows, shown, dict.fromkeys(FIELDS, ""))


@post(PATH, include_in_schema=False, dependencies=FILTERED, opt=SUBMIT)
async def override_selection(
    request: AnyRequest,
    job_id: str,
    storage: Folder,
    threads: FairThreads,
    submissions: JobSubmission,
    which: RowFilter,
    tick: Ticked = None,
) -> Template | Redirect:
    """Refit with one decision about the rows, beside the overrides that the job has."""
    user = request.user.name
    job = await permitted(job_id, user, May.EDIT)
    rows = await threads.run(user, chosen_rows, job, _chosen(which, tick), storage)
    form = await request.form()
    typed = {name: str(form.get(name, "")).strip() for name in FIELDS}
    try:
        wanted = with_decision(
            overrides_of(job),
            rows,
            call=typed["call"] or None,
            anchor=ANCHORS.get(typed["anchor"]),
            reason=typed["reason"],
        )
        overrides = await threads.run(user, usable_overrides, job, wanted, storage)
    except OverrideError as error:
        shown = await threads.run(user, _shown, job, rows, storage)
        return _page(job, rows, shown, typed, error=str(error))
    version = await refit(submissions, job, overrides, by=user)
    return Redirect(f"/jobs/{version.id}?watch=1", status_code=303)


def _chosen(which: RowFilter, tick: list[int] | None) -> RowFilter:
    return replace(which, rows=",".join(map(str, tick))) if tick else which


def _shown(job: Job, rows: list[int], storage: Folder) -> list[dict[str, Any]]:
    """The first of the rows, as the page lists them."""
    which = RowFilter(rows=",".join(map(str, rows[:MOST_SHOWN])))
    return result_of(job, storage).page(which, limit=MOST_SHOWN, offset=0)


def _page(
    job: Job,
    rows: list[int],
    shown: list[dict[str, Any]],
    typed: dict[str, str],
    *,
    error: str = "",
) -> Template:
    return Template(
        "pages/override_selection.html",
        context={
            "job": view(job),
            "rows": rows,
            "shown": shown,
            "typed": typed,
            "calls": CALLS,
            "error": error,
        },
        status_code=400 if error else 200,
    )


HANDLERS = [selection_page, override_selection]
