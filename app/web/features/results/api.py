"""The rows of a result and its models."""

from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, get
from litestar.concurrency import sync_to_thread
from litestar.di import Provide
from litestar.params import Parameter

from app.db.jobs.shares import permitted
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.columns import SORTABLE, require_column
from app.web.features.results.row_filter import RowFilter, row_filter
from app.web.features.results.row_schema import Model, Row, kinds_of
from app.web.features.results.rows import result_of
from app.web.http.errors import QueryError
from app.web.http.paging import Cursor, Limit, Offset, cursor_at, place_of
from app.web.http.problems import problems
from app.web.http.security import READ, User

AnyRequest = Request[User, Any, Any]


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Some rows of a result; ``total`` counts all that pass the filter.

    ``columns`` tells what the cells of each are: integer, number, string or boolean, or null.
    ``next`` is the address of those that follow, and null with the last.
    """

    total: int
    columns: dict[str, str]
    rows: list[Row]
    next: str | None


class Models(msgspec.Struct, frozen=True, kw_only=True):
    """The retention models of a result, by prefix; ``columns`` as with the rows."""

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
    sort: Annotated[
        str,
        Parameter(
            description="A column; falling after a -.",
            schema_extra={"enum": [*SORTABLE, *(f"-{name}" for name in SORTABLE)]},
        ),
    ] = "row",
    limit: Limit = 1000,
    offset: Offset = 0,
    cursor: Cursor = None,
) -> Rows:
    """The rows of a result with call, reason, parent, prediction and confidence.

    Follow ``next`` for all of them: no row comes twice or is left out. A cursor is refused when
    the job was started again meanwhile, and with another filter or order.
    """
    require_column(sort.removeprefix("-"), SORTABLE)
    if cursor is not None and offset:
        raise QueryError("Send a cursor or an offset, not both.")
    job = await permitted(job_id, request.user.name)
    result = result_of(job, storage)
    asked = (job.result_key, vars(which), sort)
    begin = offset if cursor is None else place_of(cursor, of=asked)
    total = await threads.run(request.user.name, result.count, which)
    found = await threads.run(
        request.user.name, result.page, which, limit=limit, offset=begin, sort=sort
    )
    end = begin + len(found)
    more = cursor_at(end, of=asked) if found and end < total else None
    rows = msgspec.convert(found, list[Row])
    following = _next(request, more) if more else None
    return Rows(total=total, columns=kinds_of(Row), rows=rows, next=following)


@get("/api/v1/jobs/{job_id:str}/models", tags=["rows"], responses=problems(404, 409), opt=READ)
async def list_models(request: AnyRequest, job_id: str, storage: Folder) -> Models:
    """The retention model of each prefix: its equation and how well it fits."""
    job = await permitted(job_id, request.user.name)
    found = await sync_to_thread(result_of(job, storage).models)
    return Models(columns=kinds_of(Model), models=msgspec.convert(found, list[Model]))


def _next(request: AnyRequest, cursor: str) -> str:
    """The same question, going on at the cursor."""
    asked = request.query_params.multi_items()
    kept = [(name, value) for name, value in asked if name not in ("cursor", "offset")]
    return f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"


HANDLERS = [list_rows, list_models]
