"""The judged peaks as a file for people."""

from tempfile import TemporaryFile
from typing import IO

from app.analysis.arbiter.listing import listing
from app.analysis.reporting.formats.formula_escape import escape_formulas
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.arbiter.arbitration import arbitration_of
from app.web.features.arbiter.choice import PeakChoice
from app.web.http.errors import QueryError

CSV, XLSX = "csv", "xlsx"
MEDIA_TYPES = {
    CSV: "text/csv",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def open_listing(job: Job, storage: Folder, choice: PeakChoice, kind: str) -> IO[bytes]:
    """A file of the chosen peaks, open at its start.

    Raises:
        QueryError: There is no such format.
        JobConflictError: The job is no arbitration with a result.
    """
    if kind not in MEDIA_TYPES:
        raise QueryError(f"There is no format {kind}; use one of {', '.join(MEDIA_TYPES)}.")
    found = arbitration_of(job, storage)
    table = escape_formulas(listing(choice.of(found.judged), found.titles))
    file = TemporaryFile()  # noqa: SIM115 - it is sent and closed later
    try:
        if kind == CSV:
            table.write_csv(file)
        else:
            # The writer of workbooks is imported when somebody wants one.
            from app.analysis.reporting.formats.workbook import write_workbook

            write_workbook({"judgements": table}, file)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file
