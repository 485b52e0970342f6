"""What an export format is, and what it is given to write."""

from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, NamedTuple

import msgspec
import polars as pl

from app.analysis.errors import AnalysisError
from app.analysis.reporting.result import Analysis

# The rows that are written at once where a library would make a second copy of all of them.
ROWS_AT_ONCE = 50_000


class ExportError(AnalysisError):
    """The analysis does not fit the format; the text says which one it fits."""


class Run(NamedTuple):
    """A run that succeeded.

    ``record`` says what was analyzed, how and by which software, and ``ions`` has row, mz and
    adduct as the table gave them; both are empty for an analysis without a job. ``standards`` are
    the amounts of internal standards as they were entered.
    """

    analysis: Analysis
    record: Mapping[str, Any] | None = None
    ions: pl.DataFrame | None = None
    standards: tuple[str, ...] = ()
    corrects_isotopes: bool = True


class ExportFormat(msgspec.Struct, frozen=True, kw_only=True):
    """A format that a run can be written in.

    ``name`` is that in addresses and on the command line, ``suffix`` how its files end.
    ``needs_record`` means that it cannot be written without the record and the ions of the run,
    ``has_quantities`` that it uses the amounts of standards. ``content`` is the part of the file's
    name that says what it has, if that is not the rows. ``columns`` are those of the rows that it
    reads, empty for all.
    """

    name: str
    suffix: str
    media_type: str
    write: Callable[[Run, IO[bytes]], None]
    needs_record: bool = False
    has_quantities: bool = False
    content: str = ""
    columns: tuple[str, ...] = ()


def slices(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows in parts, at least one."""
    return frame.iter_slices(ROWS_AT_ONCE) if frame.height else iter((frame,))


def warnings_table(analysis: Analysis) -> pl.DataFrame:
    """The warnings of an analysis as a table: code, message, rows."""
    warnings: list[dict[str, Any]] = [
        {"code": warning.code, "message": warning.message, "rows": list(warning.rows)}
        for warning in analysis.warnings
    ]
    kinds: dict[str, pl.DataType] = {
        "code": pl.String(),
        "message": pl.String(),
        "rows": pl.List(pl.UInt32),
    }
    return pl.DataFrame(warnings, schema=kinds)
