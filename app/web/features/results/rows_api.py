"""The API of a result's rows: the list, one row with its reasons, and the models."""

from typing import Annotated
from urllib.parse import urlencode

import msgspec
from litestar import get
from litestar.di import Provide
from litestar.params import Parameter

from app.db.jobs.sharing.permission import permitted
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.columns import SORTABLE, require_column
from app.web.features.results.explanation import Why, why
from app.web.features.results.filters.parameters import row_filter
from app.web.features.results.filters.row_filter import HIGHEST_ROW, RowFilter
from app.web.features.results.override_view import by_hand
from app.web.features.results.row_schema import Model, Row, kinds_of
from app.web.features.results.rows import result_of
from app.web.http.answers.paging import Cursor, Limit, Offset, cursor_at, place_of
from app.web.http.faults.errors import QueryError
from app.web.http.faults.problems import problems
from app.web.http.identity.security import READ, AnyRequest

Sort = Annotated[
    str,
    Parameter(
        description="A column; descending after a -.",
        schema_extra={"enum": [*SORTABLE, *(f"-{name}" for name in SORTABLE)]},
    ),
]
RowNumber = Annotated[int, Parameter(ge=1, le=HIGHEST_ROW)]


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Some rows of a result; ``total`` counts all that match the filter.

    ``columns`` has the type of each cell: integer, number, string or boolean, or null.
    ``next`` is the address of the following rows, and null on the last page.
    """

    total: int
    columns: dict[str, str]
    rows: list[Row]
    next: str | None


class Models(msgspec.Struct, frozen=True, kw_only=True):
    """The retention models of a result, by prefix; ``columns`` as for rows."""

    columns: dict[str, str]
    models: list[Model]


@get(
    "/api/v1/jobs/{job_id:str}/rows",
    tags=["rows"],
    dependencies={"which": Provide(row_filter)},
    responses=problems(404, 409),
    opt=READ,
)
async def list_rows(
    request: AnyRequest,
    job_id: str,
    storage: Folder,
    threads: FairThreads,
    which: RowFilter,
    sort: Sort = "row",
    limit: Limit = 1000,
    offset: Offset = 0,
    cursor: Cursor = None,
) -> Rows:
    """List the rows of a result with call, reason, parent, prediction and confidence.

    Follow ``next`` for all of them: no row is repeated or left out. A cursor is refused if the job
    was started again since, or with another filter or order.
    """
    require_column(sort.removeprefix("-"), SORTABLE)
    user = request.user.name
    job = await permitted(job_id, user)
    result = result_of(job, storage)
    listed = (job.result_key, vars(which), sort)
    begin = _begin(offset, cursor, listed)
    total = await threads.run(user, result.count, which)
    found = await threads.run(user, result.page, which, limit=limit, offset=begin, sort=sort)
    end = begin + len(found)
    return Rows(
        total=total,
        columns=kinds_of(Row),
        rows=msgspec.convert(found, list[Row]),
        next=_next(request, cursor_at(end, of=listed)) if found and end < total else None,
    )


def _begin(offset: int, cursor: str | None, listed: object) -> int:
    """The number of rows before the first of the answer."""
    if cursor is None:
        return offset
    if offset:
        raise QueryError("Send a cursor or an offset, not both.")
    return place_of(cursor, of=listed)


def _next(request: AnyRequest, cursor: str) -> str:
    """The address of this request, continued at a cursor."""
    given = request.query_params.multi_items()
    kept = [(name, value) for name, value in given if name not in ("cursor", "offset")]
    return f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"


@get("/api/v1/jobs/{job_id:str}/models", tags=["rows"], responses=problems(404, 409), opt=READ)
async def list_models(
    request: AnyRequest, job_id: str, storage: Folder, threads: FairThreads
) -> Models:
    """List the retention model of each prefix: its equation and how well it fits."""
    job = await permitted(job_id, request.user.name)
    found = await threads.run(request.user.name, result_of(job, storage).models)
    return Models(columns=kinds_of(Model), models=msgspec.convert(found, list[Model]))


@get(
    "/api/v1/jobs/{job_id:str}/rows/{row:int}",
    tags=["rows"],
    responses=problems(404, 409),
    opt=READ,
)
async def show_row(
    request: AnyRequest, job_id: str, row: RowNumber, storage: Folder, threads: FairThreads
) -> Why:
    """Explain the call of a row: each rule's sentence, its parent and its fragments."""
    job = await permitted(job_id, request.user.name)
    override = await by_hand(job, row)
    return await threads.run(request.user.name, why, result_of(job, storage), job_id, row, override)


HANDLERS = [list_rows, list_models, show_row]
