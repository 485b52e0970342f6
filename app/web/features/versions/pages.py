"""The page and the API of versions: overriding calls and anchors, and refitting."""

from typing import Annotated, Any

import msgspec
import polars as pl
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import FormMultiDict
from litestar.params import Parameter
from litestar.response import Redirect, Template

from app.analysis.overrides import Override, OverrideError, checked, require_usable
from app.analysis.state.calls import CALLS
from app.db.jobs.shares import May, permitted
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.jobs.rerun import refit
from app.jobs.submission import Intake
from app.storage import Folder
from app.web.features.jobs.api import Accepted, IdempotencyKey, accepted
from app.web.features.results.rows import result_of
from app.web.http.problems import problems
from app.web.http.security import READ, SUBMIT, User
from app.web.job_view import view

ANCHORS = {"": None, "yes": True, "no": False}
LINE = ("row", "call", "anchor", "reason")
NOTHING = "Override at least one row, or run the job again as it is."

AnyRequest = Request[User, Any, Any]


class Refit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All overrides of the new version; those of an earlier one that are left out do not count."""

    overrides: list[Override]


@post(
    "/api/v1/jobs/{job_id:str}/refit",
    status_code=202,
    tags=["results"],
    responses=problems(404, 409, 422, 507),
    opt=SUBMIT,
)
async def refit_job(
    request: AnyRequest,
    job_id: str,
    data: Refit,
    storage: Folder,
    intake: Intake,
    idempotency_key: IdempotencyKey = None,
) -> Response[Accepted]:
    """Analyze a job's table again with calls and anchors overridden, as its next version.

    Anchors are changed before the models are fitted, calls after it. Each needs a reason.
    """
    before = await permitted(job_id, request.user.name, May.EDIT)
    overrides = await sync_to_thread(_usable, before, data.overrides, storage)
    job = await refit(
        intake, before, overrides, by=request.user.name, idempotency_key=idempotency_key
    )
    return accepted(view(job))


@get("/jobs/{job_id:str}/overrides", include_in_schema=False, opt=READ)
async def override_page(
    request: AnyRequest,
    job_id: str,
    jobs: JobStore,
    storage: Folder,
    row: Annotated[int | None, Parameter(ge=1, le=2**32 - 1)] = None,
) -> Template:
    """The overrides of a job, to be changed and refitted; with ``row`` one more of this row."""
    job = await permitted(job_id, request.user.name, May.EDIT)
    lines = [_line(each) for each in view(job).overrides]
    if row is not None and str(row) not in [line["row"] for line in lines]:
        lines.append(dict.fromkeys(LINE, "") | {"row": str(row)})
    return await _page(job, lines, jobs, storage)


@post("/jobs/{job_id:str}/overrides", include_in_schema=False, opt=SUBMIT)
async def refit_by_form(
    request: AnyRequest, job_id: str, jobs: JobStore, storage: Folder, intake: Intake
) -> Template | Redirect:
    """Refit with the overrides of the form, or show the form with a further line."""
    job = await permitted(job_id, request.user.name, May.EDIT)
    form = await request.form()
    lines = _lines(form)
    try:
        if form.get("do") == "more":
            for row in filter(None, (line["row"] for line in lines)):
                _require_number(row)
            return await _page(job, lines, jobs, storage)
        wanted = [_override(line) for line in lines]
        overrides = await sync_to_thread(_usable, job, wanted, storage)
    except OverrideError as error:
        return await _page(job, lines, jobs, storage, error=str(error))
    version = await refit(intake, job, overrides, by=request.user.name)
    return Redirect(f"/jobs/{version.id}?watch=1", status_code=303)


async def _page(
    job: Job, lines: list[dict[str, str]], jobs: JobStore, storage: Folder, *, error: str = ""
) -> Template:
    """The form with the given lines and a blank one."""
    found = await sync_to_thread(_found, job, [line["row"] for line in lines], storage)
    return Template(
        "pages/overrides.html",
        context={
            "job": view(job),
            "lines": [*lines, dict.fromkeys(LINE, "")],
            "found": found,
            "calls": CALLS,
            "error": error,
            "versions": [view(each) for each in await jobs.versions(job)],
        },
        status_code=400 if error else 200,
    )


def _usable(job: Job, overrides: list[Override], storage: Folder) -> tuple[Override, ...]:
    """The overrides in order, if the result of the job has their rows.

    Raises:
        OverrideError: there are none, or one cannot be applied.
        JobConflictError: the job has no result.
    """
    if not overrides:
        raise OverrideError(NOTHING)
    ordered = checked(overrides)
    rows = result_of(job, storage).rows().select("row", "call", "predicted_rt_min", "reason")
    require_usable(rows.collect(), ordered)
    return ordered


def _found(job: Job, rows: list[str], storage: Folder) -> dict[str, dict[str, Any]]:
    """What the result says of some rows, by their numbers."""
    numbers = [int(row) for row in rows if _is_number(row)]
    shown = result_of(job, storage).rows().filter(pl.col("row").is_in(numbers))
    table = shown.select("row", "name", "rt_min", "call", "anchor", "reason").collect()
    return {str(each["row"]): each for each in table.to_dicts()}


def _lines(form: FormMultiDict) -> list[dict[str, str]]:
    """The lines of the form that say anything."""
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
    """An override as the form has it."""
    anchors = {value: word for word, value in ANCHORS.items()}
    return {
        "row": str(override.row),
        "call": override.call or "",
        "anchor": anchors[override.anchor],
        "reason": override.reason,
    }


HANDLERS = [refit_job, override_page, refit_by_form]
