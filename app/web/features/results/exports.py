"""A finished job in every format there is, written to a file and sent from there."""

import re
from collections.abc import Callable, Iterator
from pathlib import PurePath
from tempfile import TemporaryFile
from typing import IO, NamedTuple
from urllib.parse import quote

import msgspec
import polars as pl

from app.analysis.reporting import formats
from app.analysis.reporting.formats.format import ExportFormat, Run
from app.analysis.reporting.result import Analysis
from app.analysis.state.data_warning import DataWarning
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.results import report
from app.web.features.results.records import record_of
from app.web.features.results.rows import result_of
from app.web.http.errors import QueryError

CHUNK_BYTES = 256 * 1024
LONGEST_STEM = 80


class Written(NamedTuple):
    """A file that can be read once, and how many bytes it has."""

    file: IO[bytes]
    size_bytes: int

    def chunks(self) -> Iterator[bytes]:
        """What is in it, in pieces."""
        with self.file as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk


# By their names, in the order in which they are offered.
FORMATS = {each.name: each for each in (*formats.FORMATS, report.FORMAT)}


def format_named(name: str) -> ExportFormat:
    """The format of a name.

    Raises:
        QueryError: there is none.
    """
    if name not in FORMATS:
        raise QueryError(f"There is no format {name}; use one of {', '.join(FORMATS)}.")
    return FORMATS[name]


def run_of(job: Job, storage: Folder) -> Run:
    """What a job that succeeded has given.

    Raises:
        JobConflictError: it has no result with a record.
    """
    record, result = record_of(job, storage), result_of(job, storage)
    analysis = Analysis(
        rows=result.rows().collect(),
        models=pl.read_parquet(result.file("models.parquet")),
        prefix_verdicts=result.findings(),
        make_notes=lambda: pl.read_parquet(result.file("notes.parquet")),
        warnings=_warnings(job),
    )
    return Run(analysis, record, pl.read_parquet(result.file("ions.parquet")))


def written(job: Job, storage: Folder, kind: ExportFormat) -> Written:
    """The result of a job as a file, which nobody else sees and which is gone once it is closed.

    Raises:
        JobConflictError: the job has no result with a record.
        ExportError: the result does not fit the format.
        OSError: the disk is full.
    """
    run = run_of(job, storage)
    return in_a_file(storage, lambda file: kind.write(run, file))


def in_a_file(storage: Folder, write: Callable[[IO[bytes]], None]) -> Written:
    """What is written, as a file beside the results that has no name.

    Raises:
        OSError: the disk is full.
    """
    file = TemporaryFile(dir=storage.root)  # noqa: SIM115 - it is sent after this
    try:
        write(file)
        size_bytes = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return Written(file, size_bytes)


def file_name(job: Job, kind: ExportFormat) -> str:
    """A name that every file system takes, from that of the table, with some of the job's id."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", PurePath(job.file_name).stem).strip("-.")
    version = f"-v{job.version}" if job.version_of else ""
    return f"sialoscope-{stem[:LONGEST_STEM] or 'peaks'}{version}-{job.id[:8]}.{kind.suffix}"


def disposition(job: Job, kind: ExportFormat, *, inline: bool) -> str:
    """The header that says under which name to keep a file, and whether to show it instead."""
    name = file_name(job, kind)
    own = quote(f"{PurePath(job.file_name).stem}-{job.id[:8]}.{kind.suffix}", safe="")
    how = "inline" if inline else "attachment"
    return f"{how}; filename=\"{name}\"; filename*=UTF-8''{own}"


def _warnings(job: Job) -> tuple[DataWarning, ...]:
    told = msgspec.json.decode(job.summary or "{}").get("warnings", [])
    return tuple(DataWarning(each["code"], each["message"], tuple(each["rows"])) for each in told)
