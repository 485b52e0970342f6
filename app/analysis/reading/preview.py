"""Preview a peak table before it is analyzed: how it will be read, and what to check."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import polars as pl
from msgspec.structs import replace

from app.analysis.errors import PeakTableError
from app.analysis.names.cells.sample_roles import SAMPLE
from app.analysis.names.name_table import parse_names
from app.analysis.reading.decisions import AS_FOUND, Decision, Findings, Question, ReadingChoices
from app.analysis.reading.file_format import misnamed_format
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.peak_table import peaks_of
from app.analysis.reading.preview_warnings import warnings_of
from app.analysis.reading.table_file import open_table
from app.analysis.reading.understood import Understood, understood_of

FIRST_ROWS, SHOWN_COLUMNS = 6, 40
LONGEST_CELL = 80
# Floats below this have each whole number.
MOST_WHOLE = 2**53


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """How a table will be read: its source, its first rows as written, the column of each role.

    ``samples`` are those of a wide table, and ``of_samples`` their columns. ``rows`` is the number
    of rows in the file, and ``sample_roles`` has the role of each sample. ``decisions`` say how it
    is read, and ``questions`` what has to be answered before it is analyzed. ``understood`` counts
    what was read, unless the table has a question or a fault. ``refusal`` says why it cannot be
    analyzed as it is, or is empty.
    """

    source: str = ""
    header: tuple[str, ...] = ()
    first_rows: tuple[tuple[str, ...], ...] = ()
    roles: Mapping[str, str] = msgspec.field(default_factory=dict)
    samples: tuple[str, ...] = ()
    of_samples: frozenset[str] = frozenset()
    rows: int = 0
    understood: Understood | None = None
    sample_roles: Mapping[str, str] = msgspec.field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    refusal: str = ""


def preview(path: Path, choices: ReadingChoices = AS_FOUND) -> Preview:
    """Preview a file with what a person chose for it, both as in ``read_peak_table``."""
    findings = Findings()
    try:
        table, layout = open_table(path, choices, findings, every_column=True)
    except PeakTableError as error:
        return _with_findings(Preview(refusal=str(error)), findings)
    found, notes = _as_written(table, layout), misnamed_format(path)
    try:
        peaks = peaks_of(table, layout, notes.append, choices, findings)
        found = _as_read(found, peaks, layout)
    except PeakTableError as error:
        found = replace(found, refusal=str(error))
    return _with_findings(replace(found, notes=tuple(notes)), findings)


def _with_findings(found: Preview, findings: Findings) -> Preview:
    return replace(found, decisions=tuple(findings.decisions), questions=tuple(findings.questions))


def _as_written(table: pl.DataFrame, layout: Layout) -> Preview:
    """What the preview shows of the table and its layout."""
    return Preview(
        source=layout.source.title,
        header=layout.header,
        first_rows=_first_rows(table, layout),
        roles=layout.roles,
        samples=tuple(one.sample for one in layout.samples),
        of_samples=frozenset(name for one in layout.samples for name in (one.area, one.rt)),
        rows=table.height,
    )


def _as_read(found: Preview, peaks: pl.DataFrame, layout: Layout) -> Preview:
    """The preview with what it shows of the peaks."""
    names = peaks.filter(pl.col("problem").is_null())["name"]
    parsed = parse_names(names.unique(maintain_order=True).to_list())
    return replace(
        found,
        understood=understood_of(peaks),
        sample_roles=_sample_roles(peaks),
        warnings=tuple(warnings_of(peaks, names, parsed, layout)),
        refusal=_refusal(peaks, parsed),
    )


def _sample_roles(peaks: pl.DataFrame) -> dict[str, str]:
    """The role of each sample, if the table has several samples or any role is known."""
    roles = peaks.select("sample", pl.col("sample_role").fill_null(SAMPLE))
    roles = roles.unique("sample", keep="first", maintain_order=True)
    if roles.height == 1 and peaks["sample_role"].null_count() == peaks.height:
        return {}
    return dict(roles.iter_rows())


def _refusal(peaks: pl.DataFrame, parsed: pl.DataFrame) -> str:
    """Why no row can be used; empty if some can."""
    if parsed["species"].null_count() < parsed.height:
        return ""
    if peaks.height == 1:
        return "The only row cannot be used. See the reason below."
    return f"None of the {peaks.height:,} rows can be used. See the reasons below."


def _first_rows(table: pl.DataFrame, layout: Layout) -> tuple[tuple[str, ...], ...]:
    shown = table.select(layout.header[:SHOWN_COLUMNS]).head(FIRST_ROWS)
    return tuple(tuple(_text(cell) for cell in row) for row in shown.iter_rows())


def _text(cell: object) -> str:
    text = "" if cell is None else _number(cell) if isinstance(cell, float) else str(cell)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _number(cell: float) -> str:
    """A number with all its digits, and whole ones without a decimal point."""
    return f"{cell:.0f}" if cell.is_integer() and abs(cell) < MOST_WHOLE else repr(cell)
