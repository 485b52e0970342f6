"""The pages of versions: override calls and anchors, and compare two runs."""

from typing import Annotated, Any

import polars as pl
from litestar import get, post
from litestar.datastructures import FormMultiDict
from litestar.params import Parameter
from litestar.response import Redirect, Template

from app.analysis.overrides.override import Override, OverrideError
from app.analysis.state.calls import CALLS
from app.db.jobs.sharing.permission import May, permitted
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.jobs.rerun import refit
from app.jobs.submission import JobSubmission
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.rows import result_of
from app.web.features.versions.compare import compare, summary_in_words
from app.web.features.versions.overrides import usable_overrides
from app.web.http.identity.security import READ, SUBMIT, AnyRequest
from app.web.job_view import view

ANCHORS = {"": None, "yes": True, "no": False}


LINE = ("row", "call", "anchor", "reason")
# Rendering 12,000 lines blocked all requests for more than a second.
MOST_LINES = 1_000


@get("/jobs/{job_id:str}/overrides", include_in_schema=False, opt=READ)
async def override_page(
    request: AnyRequest,
    job_id: str,
    jobs: JobStore,
    storage: Folder,
    threads: FairThreads,
    row: Annotated[int | None, Parameter(ge=1, le=2**32 - 1)] = None,
) -> Template:
    """The form of a job's overrides; with ``row`` it has one more line for this row."""
    job = await permitted(job_id, request.user.name, May.EDIT)
    lines = [_line(each) for each in view(job).overrides]
    if row is not None and str(row) not in [line["row"] for line in lines]:
        lines.append(dict.fromkeys(LINE, "") | {"row": str(row)})
    found = await threads.run(request.user.name, _rows_by_number, job, lines, storage)
    return _page(job, lines, found, await jobs.versions(job))


@post("/jobs/{job_id:str}/overrides", include_in_schema=False, opt=SUBMIT)
async def refit_by_form(
    request: AnyRequest,
    job_id: str,
    jobs: JobStore,
    storage: Folder,
    threads: FairThreads,
    submissions: JobSubmission,
) -> Template | Redirect:
    """Refit with the overrides of the form, or show the form with one more line."""
    job = await permitted(job_id, request.user.name, May.EDIT)
    form = await request.form()
    lines, user, error = _lines(form), request.user.name, ""
    try:
        if form.get("do") != "more":
            wanted = [_override(line) for line in lines]
            overrides = await threads.run(user, usable_overrides, job, wanted, storage)
            version = await refit(submissions, job, overrides, by=user)
            return Redirect(f"/jobs/{version.id}?watch=1", status_code=303)
        for row in filter(None, (line["row"] for line in lines)):
            _require_number(row)
    except OverrideError as refused:
        error = str(refused)
    found = await threads.run(user, _rows_by_number, job, lines, storage)
    return _page(job, lines, found, await jobs.versions(job), error=error)


def _page(
    job: Job,
    lines: list[dict[str, str]],
    found: dict[str, dict[str, Any]],
    versions: list[Job],
    *,
    error: str = "",
) -> Template:
    """The form with the given lines and a blank one.

    Raises:
        OverrideError: There are more lines than a page shows.
    """
    if len(lines) > MOST_LINES:
        raise OverrideError(
            error
            or f"These are {len(lines):,} overrides, and the page shows at most {MOST_LINES:,}. "
            f"Send them by the API to /api/v1/jobs/{job.id}/refit."
        )
    return Template(
        "pages/overrides.html",
        context={
            "job": view(job),
            "lines": [*lines, dict.fromkeys(LINE, "")],
            "found": found,
            "calls": CALLS,
            "error": error,
            "versions": [view(each) for each in versions],
        },
        status_code=400 if error else 200,
    )


def _rows_by_number(
    job: Job, lines: list[dict[str, str]], storage: Folder
) -> dict[str, dict[str, Any]]:
    """The rows of the result that the lines name."""
    numbers = [int(line["row"]) for line in lines if _is_number(line["row"])]
    shown = result_of(job, storage).rows().filter(pl.col("row").is_in(numbers))
    table = shown.select("row", "name", "rt_min", "call", "anchor", "reason").collect()
    return {str(each["row"]): each for each in table.to_dicts()}


def _lines(form: FormMultiDict) -> list[dict[str, str]]:
    """The lines of the form that are not empty."""
    columns = [[str(value).strip() for value in form.getall(name, [])] for name in LINE]
    lines = [dict(zip(LINE, values, strict=True)) for values in zip(*columns, strict=False)]
    return [line for line in lines if any(line.values())]


def _is_number(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) < 11


def _require_number(row: str) -> None:
    if not _is_number(row):
        raise OverrideError(f"{row!r} is no row; type the number of one.")


def _override(line: dict[str, str]) -> Override:
    _require_number(line["row"])
    if line["anchor"] not in ANCHORS:
        raise OverrideError("An anchor is yes or no, or stays as it is.")
    return Override(
        row=int(line["row"]),
        reason=line["reason"],
        call=line["call"] or None,
        anchor=ANCHORS[line["anchor"]],
    )


def _line(override: Override) -> dict[str, str]:
    """An override as a line of the form."""
    anchors = {value: word for word, value in ANCHORS.items()}
    return {
        "row": str(override.row),
        "call": override.call or "",
        "anchor": anchors[override.anchor],
        "reason": override.reason,
    }


ROWS_PER_PAGE = 500


@get("/jobs/{job_id:str}/compare/{other_id:str}", include_in_schema=False, opt=READ)
async def compare_page(
    request: AnyRequest,
    job_id: str,
    other_id: str,
    storage: Folder,
    threads: FairThreads,
    page: Annotated[int, Parameter(ge=1, le=10**9)] = 1,
) -> Template:
    """The page that compares two runs."""
    one, other = [await permitted(each, request.user.name) for each in (job_id, other_id)]
    offset = (page - 1) * ROWS_PER_PAGE
    found = await threads.run(
        request.user.name, compare, one, other, storage, limit=ROWS_PER_PAGE, offset=offset
    )
    return Template(
        "pages/compare.html",
        context={
            "before": view(one),
            "after": view(other),
            "found": found,
            "summary": summary_in_words(found),
            "page": page,
            "last_page": max(1, -(-found.total // ROWS_PER_PAGE)),
        },
    )


HANDLERS = [override_page, refit_by_form, compare_page]
