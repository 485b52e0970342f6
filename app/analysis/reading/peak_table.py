"""Read a peak table: any common format in, one row per peak out.

A row that cannot be used is kept, with its ``problem`` in a sentence. Only wide tables and
transitions change their number of rows, and a note says so. Only a file without a table is refused.
"""

import logging
from pathlib import Path
from typing import NamedTuple

import polars as pl

from app.analysis.errors import PeakTableError
from app.analysis.reading.cells import cells
from app.analysis.reading.cells.anchor_words import read_anchors
from app.analysis.reading.cells.name_cells import may_list_candidates, split_candidates
from app.analysis.reading.cells.written_numbers import with_clock_texts
from app.analysis.reading.decisions import AS_FOUND, Findings, OnNote, ReadingChoices
from app.analysis.reading.file_format import misnamed_format
from app.analysis.reading.headers.columns import NUMBERS
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.peaks.doubtful_samples import notes_on_samples_of_rows
from app.analysis.reading.peaks.filled_areas import filled_note
from app.analysis.reading.peaks.logarithm_areas import logarithm_note
from app.analysis.reading.peaks.long_table import one_row_per_peak
from app.analysis.reading.peaks.number_units import in_minutes, with_decimal_mark
from app.analysis.reading.peaks.peak_frame import to_peaks, with_column
from app.analysis.reading.peaks.row_descriptions import normalize_descriptions
from app.analysis.reading.peaks.sample_roles import add_sample_roles
from app.analysis.reading.peaks.summed_ions import mark_summed_ions
from app.analysis.reading.peaks.unclear_acetyls import mark_unclear_acetyls
from app.analysis.reading.peaks.units_in_cells import with_plain_numbers
from app.analysis.reading.peaks.unusable_rows import (
    mark_problems,
    mark_repeats,
    missing_areas_note,
)
from app.analysis.reading.raw_table import READ_PROBLEM
from app.analysis.reading.rows.grouped_rows import with_samples_of_groups
from app.analysis.reading.rows.second_headers import without_second_headers
from app.analysis.reading.table_file import open_table

logger = logging.getLogger(__name__)


def read_peak_table(
    path: Path, *, choices: ReadingChoices = AS_FOUND, on_note: OnNote = logger.info
) -> pl.DataFrame:
    """Read a table of text, a workbook or Parquet into a frame of ``PEAK_SCHEMA``, in input order.

    ``row`` counts the data rows from 1, leaving out blank lines; ``rt_min`` is in minutes,
    ``peak_area`` in arbitrary units. Missing optional columns are null, a missing Anchor is false
    and a missing sample is ``""``. The first bytes of the file tell its format, and its header the
    program it comes from (``app.analysis.reading.sources``). A wide table gives one row for each
    feature and sample, sample by sample. ``on_note`` receives sentences on how it was read.
    ``choices`` are what a person decided beforehand. ``adduct``, ``charge``, ``isotope_label``,
    ``evidence`` and ``sample_role`` are in one spelling each (``peaks/row_descriptions.py``).
    ``alternatives`` has the other names of a cell with several, divided by ``|``.

    Raises:
        PeakTableError: there is no table with names, retention times and areas.
        UndecidedError: the table can be read in two ways, and ``choices`` do not say which.
    """
    peaks = read_one_table(path, choices=choices, on_note=on_note)
    return mark_repeats(add_sample_roles(peaks, choices.sample_roles, on_note))


def read_one_table(
    path: Path, *, choices: ReadingChoices = AS_FOUND, on_note: OnNote = logger.info
) -> pl.DataFrame:
    """The same as ``read_peak_table`` but for repeats and sample roles, for tables to combine.

    Raises:
        PeakTableError: there is no table with names, retention times and areas.
        UndecidedError: the table can be read in two ways, and ``choices`` do not say which.
    """
    findings = Findings()
    table, layout = open_table(path, choices, findings)
    for sentence in misnamed_format(path):
        on_note(sentence)
    peaks = _peaks_of(table, layout, on_note, choices, findings)
    for sentence in findings.notes():
        on_note(sentence)
    findings.check_answered()
    return peaks


def peaks_of(
    table: pl.DataFrame,
    layout: Layout,
    on_note: OnNote,
    choices: ReadingChoices = AS_FOUND,
    findings: Findings | None = None,
) -> pl.DataFrame:
    """The peaks (``PEAK_SCHEMA``) of a table that ``open_table`` returned.

    ``findings`` collects what was decided and what is open; an open question is read in the first
    way.

    Raises:
        PeakTableError: it has no rows, or no names, retention times or areas.
    """
    peaks = _peaks_of(table, layout, on_note, choices, findings or Findings())
    return mark_repeats(add_sample_roles(peaks, choices.sample_roles, on_note))


def _peaks_of(
    table: pl.DataFrame,
    layout: Layout,
    on_note: OnNote,
    choices: ReadingChoices,
    findings: Findings,
) -> pl.DataFrame:
    """The peaks of a table, without marking repeats; raises what ``peaks_of`` raises."""
    table, roles, names, peaks = decide(table, layout, on_note, choices, findings)
    for note in (logarithm_note(peaks["peak_area"]), filled_note(peaks["peak_area"])):
        if note:
            on_note(note)
    peaks = _with_descriptions(peaks, names, layout, on_note)
    peaks = mark_summed_ions(mark_problems(peaks, table, roles))
    if not layout.lacks_areas and (note := missing_areas_note(peaks)):
        on_note(note)
    for note in notes_on_samples_of_rows(peaks):
        on_note(note)
    return mark_unclear_acetyls(peaks, names.to_list())


class DecidedTable(NamedTuple):
    """A table of one row per peak with the columns of its roles, its names, and its peaks."""

    table: pl.DataFrame
    roles: dict[str, str]
    names: pl.Series
    peaks: pl.DataFrame


def decide(
    table: pl.DataFrame,
    layout: Layout,
    on_note: OnNote,
    choices: ReadingChoices,
    findings: Findings,
) -> DecidedTable:
    """Read as far as something is decided or left open, which ``findings`` collects.

    Raises:
        PeakTableError: it has no rows, or no names, retention times or areas.
    """
    table, layout = _prepared(table, layout, on_note)
    table, decimal = with_decimal_mark(table, layout, on_note, choices, findings)
    table, roles = one_row_per_peak(table, layout, on_note, decimal=decimal)
    texts, names = cells.texts(table[roles["name"]])
    peaks = with_column(to_peaks(table, roles, decimal), "name", texts)
    peaks = in_minutes(peaks, names, layout, choices, findings)
    if "anchor" in roles:
        peaks = with_column(peaks, "anchor", _anchors(table, roles["anchor"], choices, findings))
    return DecidedTable(table, roles, names, peaks)


def _with_descriptions(
    peaks: pl.DataFrame, names: pl.Series, layout: Layout, on_note: OnNote
) -> pl.DataFrame:
    """The peaks with their adducts and the like in one spelling each, and one name a peak.

    ``names`` are their different names.
    """
    doubts = layout.source.marks_doubts
    peaks = normalize_descriptions(peaks, names.to_list(), on_note, marks_doubts=doubts)
    return split_candidates(peaks, on_note) if may_list_candidates(names) else peaks


def _prepared(table: pl.DataFrame, layout: Layout, on_note: OnNote) -> tuple[pl.DataFrame, Layout]:
    """The table with plain cells and samples in their place, before its numbers are read.

    Raises:
        PeakTableError: it has no rows, or no names, retention times or areas.
    """
    layout.check_required_columns()
    if table.is_empty():
        raise PeakTableError(
            "The table has a header but no rows. Choose one with at least one row."
        )
    table = with_clock_texts(table, layout.number_roles)
    for name in layout.used:
        cells.check_cell_type(table[name])
    table, layout = without_second_headers(_visible(table, layout), layout)
    table, layout = with_samples_of_groups(table, layout)
    table, layout = with_plain_numbers(table, layout)
    for note in layout.notes:
        on_note(note)
    return table, layout


def _anchors(
    table: pl.DataFrame, column: str, choices: ReadingChoices, findings: Findings
) -> pl.Series:
    """Whether each row is an anchor; a misread row, whose cells may be shifted, is none."""
    words = table[column]
    if READ_PROBLEM in table.columns:
        words = table.select(pl.when(pl.col(READ_PROBLEM).is_null()).then(words)).to_series()
    is_anchor, found = read_anchors(words, choices.anchor_words)
    findings.add(*found)
    return is_anchor


def _visible(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The table without invisible characters, which would make two samples of one.

    Names and anchors stay as written, since what reads them passes over these characters.
    """
    ignored = (*NUMBERS, "name", "anchor")
    texts = [name for role, name in layout.roles.items() if role not in ignored]
    return table.with_columns(cells.visible_text(table[name]) for name in texts)
