"""The API of a result's files."""

from typing import Annotated

from litestar import get
from litestar.di import Provide
from litestar.params import Parameter
from litestar.response import Stream

from app.analysis.reporting.formats.format import ExportFormat
from app.db.jobs.sharing.permission import permitted
from app.db.jobs.tables import Job
from app.web.features.results.amounts import entered_amounts
from app.web.features.results.downloads.job_export import (
    ALL_ROWS,
    disposition,
    require_format,
    require_rows_format,
)
from app.web.features.results.downloads.maker import AS_FOUND, Exports
from app.web.features.results.downloads.process import Amounts
from app.web.features.results.downloads.report import content_security_policy
from app.web.features.results.downloads.source import FORMATS
from app.web.features.results.filters.parameters import row_filter
from app.web.features.results.filters.row_filter import RowFilter
from app.web.http.answers.reader import while_reader_waits
from app.web.http.answers.sent_file import sent_file
from app.web.http.faults.errors import QueryError
from app.web.http.faults.problems import problems
from app.web.http.identity.security import READ, AnyRequest

NO_QUANTITIES = "The format {} has no quantities; leave out standard and isotopes."

FormatName = Annotated[
    str,
    Parameter(
        query="format",
        description=f"One of {', '.join(FORMATS)}.",
        schema_extra={"enum": list(FORMATS)},
    ),
]


@get(
    "/api/v1/jobs/{job_id:str}/export",
    tags=["results"],
    dependencies={"which": Provide(row_filter), "amounts": Provide(entered_amounts)},
    responses=problems(404, 409, 429, 507),
    opt=READ,
)
async def export_job(
    request: AnyRequest,
    job_id: str,
    exports: Exports,
    which: RowFilter,
    amounts: Amounts,
    format_name: FormatName = "csv",
) -> Stream:
    """Export a finished job as a file: its rows or everything, depending on the format.

    The first request makes the file, later ones get the same file. With a filter, as for the list
    of rows, csv, xlsx, json and parquet have the rows that match. Formats with quantities use
    ``standard`` and ``isotopes``; others refuse them.
    """
    kind = require_format(format_name)
    _require_usable(kind, which, amounts)
    user = request.user.name
    job = await permitted(job_id, user)
    is_part = which != ALL_ROWS
    making = (
        exports.open_rows(job, kind, which, user=user)
        if is_part
        else exports.open_export(job, kind, amounts, user=user)
    )
    file = await while_reader_waits(request, making)
    return sent_file(file, kind.media_type, _headers(job, kind, is_part=is_part))


def _require_usable(kind: ExportFormat, which: RowFilter, amounts: Amounts) -> None:
    """Refuse choices that the format cannot follow.

    Raises:
        QueryError: The format has no quantities, or takes no filter.
    """
    if amounts != AS_FOUND and not kind.has_quantities:
        raise QueryError(NO_QUANTITIES.format(kind.name))
    if which != ALL_ROWS:
        require_rows_format(kind)


def _headers(job: Job, kind: ExportFormat, *, is_part: bool) -> dict[str, str]:
    """A report is shown in the browser by its own rules; all else is saved."""
    is_report = kind.suffix == "html"
    headers = {"Content-Disposition": disposition(job, kind, inline=is_report, is_part=is_part)}
    if is_report:
        headers["Content-Security-Policy"] = content_security_policy()
    return headers


HANDLERS = [export_job]
