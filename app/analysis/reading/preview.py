"""Preview a peak table before it is analyzed: how it will be read, and what to check."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from app.analysis.errors import PeakTableError
from app.analysis.names.name_table import name_choices, parse_names
from app.analysis.names.sample_roles import SAMPLE
from app.analysis.reading.decisions import AS_FOUND, Decision, Findings, Question, ReadingChoices
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.peak_table import peaks_of
from app.analysis.reading.peaks.unusable_rows import REPEATS
from app.analysis.reading.table_file import misnamed_format, open_table
from app.analysis.reading.understood import Understood, understood_of

FIRST_ROWS, SHOWN_COLUMNS, EXAMPLES = 6, 40, 3
LONGEST_CELL = 80
WITHOUT_ANCHORS = "The models then begin with the largest peak of each name."


@dataclass(frozen=True, kw_only=True)
class Preview:
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
    roles: Mapping[str, str] = field(default_factory=dict)
    samples: tuple[str, ...] = ()
    of_samples: frozenset[str] = frozenset()
    rows: int = 0
    understood: Understood | None = None
    sample_roles: Mapping[str, str] = field(default_factory=dict)
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
        return Preview(
            decisions=tuple(findings.decisions),
            questions=tuple(findings.questions),
            refusal=str(error),
        )
    notes = misnamed_format(path)
    warnings: list[str] = []
    understood = None
    sample_roles: dict[str, str] = {}
    refusal = ""
    try:
        peaks = peaks_of(table, layout, notes.append, choices, findings)
        understood = understood_of(peaks)
        sample_roles = _sample_roles(peaks)
        names = peaks.filter(pl.col("problem").is_null())["name"]
        parsed = parse_names(names.unique(maintain_order=True).to_list())
        warnings = _warnings(peaks, names, parsed, layout)
        refusal = _refusal(peaks, parsed)
    except PeakTableError as error:
        refusal = str(error)
    return Preview(
        source=layout.source.title,
        header=layout.header,
        first_rows=_first_rows(table, layout),
        roles=layout.roles,
        samples=tuple(one.sample for one in layout.samples),
        of_samples=frozenset(name for one in layout.samples for name in (one.area, one.rt)),
        rows=table.height,
        understood=understood,
        sample_roles=sample_roles,
        decisions=tuple(findings.decisions),
        questions=tuple(findings.questions),
        notes=tuple(notes),
        warnings=tuple(warnings),
        refusal=refusal,
    )


def _sample_roles(peaks: pl.DataFrame) -> dict[str, str]:
    """The role of each sample, if the table has several samples or any role is known."""
    roles = peaks.select("sample", pl.col("sample_role").fill_null(SAMPLE))
    roles = roles.unique("sample", keep="first", maintain_order=True)
    if roles.height == 1 and peaks["sample_role"].null_count() == peaks.height:
        return {}
    return dict(roles.iter_rows())


def _warnings(
    peaks: pl.DataFrame, names: pl.Series, parsed: pl.DataFrame, layout: Layout
) -> list[str]:
    """Sentences on what the user should check before the peaks are analyzed."""
    is_repeat = pl.col("problem").str.starts_with(REPEATS.partition("{")[0]).fill_null(value=False)
    bad = peaks.filter(pl.col("problem").is_not_null() & ~is_repeat)
    found = [_names(names, parsed), name_choices(parsed)]
    found += [_unusable(bad), _repeats(peaks.filter(is_repeat))]
    found += [_anchors(peaks, layout), _log_p(peaks)]
    return [sentence for sentence in found if sentence]


def _names(names: pl.Series, parsed: pl.DataFrame) -> str:
    odd = parsed.filter(pl.col("name_problem").is_not_null())["name"]
    count = names.is_in(odd.implode()).to_list().count(True)
    if not count:
        return ""
    examples = ", ".join(repr(name[:LONGEST_CELL]) for name in odd.head(EXAMPLES))
    return (
        f"{_rows(count, 'has', 'have')} a name that is no ganglioside's, such as {examples}. "
        "Such a row stays as invalid; a name is like GD1+OAc(36:1;O2)."
    )


def _unusable(bad: pl.DataFrame) -> str:
    if bad.is_empty():
        return ""
    kinds = bad.unique("problem", keep="first", maintain_order=True).head(EXAMPLES)
    examples = " ".join(f"Row {row}: {text}" for row, text in kinds.select("row", "problem").rows())
    cannot = _rows(bad.height, "cannot be used and stays", "cannot be used and stay")
    return f"{cannot} as invalid. {examples}"


def _repeats(again: pl.DataFrame) -> str:
    if again.is_empty():
        return ""
    return (
        f"{_rows(again.height, 'repeats', 'repeat')} an earlier peak, first row {again['row'][0]}. "
        "Each peak is counted once."
    )


def _anchors(peaks: pl.DataFrame, layout: Layout) -> str:
    if peaks["anchor"].any():
        return ""
    if "anchor" in layout.roles:
        return (
            f"No row is an anchor: no cell of {layout.roles['anchor']!r} marks one (T, yes, 1 or a "
            f"check mark). {WITHOUT_ANCHORS}"
        )
    return f"There is no column of anchors. {WITHOUT_ANCHORS}"


def _log_p(peaks: pl.DataFrame) -> str:
    missing = peaks["log_p"].null_count()
    if not missing:
        return ""
    if missing == peaks.height:
        return "There is no Log P; no assignment needs it, but the plot over Log P stays empty."
    without = _rows(missing, "has no Log P and is", "have no Log P and are")
    return f"{without} not in the plot over it; no assignment needs it."


def _rows(count: int, one: str, many: str) -> str:
    return f"1 row {one}" if count == 1 else f"{count:,} rows {many}"


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
    text = "" if cell is None else f"{cell:g}" if isinstance(cell, float) else str(cell)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
