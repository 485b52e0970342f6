"""The export of a finished job: its format, its sources and its file name."""

import re
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import msgspec

from app.analysis.reporting.formats.format import ExportFormat
from app.analysis.state.data_warning import DataWarning
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.results.downloads.source import FORMATS, Source
from app.web.features.results.filters.row_filter import RowFilter
from app.web.features.results.records import record_file, signed_off_of
from app.web.features.results.rows import result_of
from app.web.http.faults.errors import QueryError

LONGEST_STEM = 80
ALL_ROWS = RowFilter()
FRAMES = ("rows", "models", "notes", "findings", "ions")


def require_format(name: str) -> ExportFormat:
    """The export format of a name.

    Raises:
        QueryError: There is no such format.
    """
    if name not in FORMATS:
        raise QueryError(f"There is no format {name}; use one of {', '.join(FORMATS)}.")
    return FORMATS[name]


def require_rows_format(kind: ExportFormat) -> None:
    """Refuse a format that describes the whole run, not some rows of it.

    Raises:
        QueryError: The format takes no filter.
    """
    if kind.needs_record:
        names = ", ".join(each.name for each in FORMATS.values() if not each.needs_record)
        raise QueryError(f"{kind.name} describes the whole run. To export some rows use {names}.")


def source_of(job: Job, storage: Folder, kind: ExportFormat, which: RowFilter = ALL_ROWS) -> Source:
    """The files of a job's result, downloaded to this machine if needed, and the rows to export.

    Raises:
        JobConflictError: The job has no result with a record.
        FileNotFoundError: The job was deleted in the meantime.
        app.storage.StorageAwayError: The storage cannot be reached.
    """
    result = result_of(job, storage)
    record = record_file(result)
    frames = {name: str(result.file(f"{name}.parquet")) for name in FRAMES}
    summary = msgspec.json.decode(job.summary or "{}")
    return Source(
        name=file_name(job, kind),
        record=str(record),
        warnings=_warnings(summary),
        false_discovery_rate=summary.get("false_discovery_rate"),
        which=which.chosen(),
        signed_off=signed_off_of(job) or {},
        **frames,
    )


def file_name(job: Job, kind: ExportFormat) -> str:
    """The portable name of an export: the stem of the job, and what the file has."""
    return f"{file_stem(job)}{_content(kind)}.{kind.suffix}"


def file_stem(job: Job) -> str:
    """How portable file names start: the table, a part of the job's id, and its version."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", PurePath(job.file_name).stem).strip("-.")
    return f"sialoscope-{stem[:LONGEST_STEM] or 'peaks'}-{_version(job)}"


def disposition(job: Job, kind: ExportFormat, *, inline: bool, is_part: bool = False) -> str:
    """The Content-Disposition header: the file name, and whether browsers show the file."""
    ending = f"{_content(kind)}{'-filtered' if is_part else ''}.{kind.suffix}"
    own = quote(f"{PurePath(job.file_name).stem}-{_version(job)}{ending}", safe="")
    how = "inline" if inline else "attachment"
    return f"{how}; filename=\"{file_stem(job)}{ending}\"; filename*=UTF-8''{own}"


def _version(job: Job) -> str:
    return f"{job.id[:8]}-v{job.version}"


def _content(kind: ExportFormat) -> str:
    return f"-{kind.content}" if kind.content else ""


def _warnings(summary: dict[str, Any]) -> list[DataWarning]:
    found = summary.get("warnings", [])
    return [DataWarning(each["code"], each["message"], tuple(each["rows"])) for each in found]
