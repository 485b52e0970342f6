"""Open a file as a table of cells, and find which of its columns is which."""

import logging
from collections.abc import Mapping
from pathlib import Path

import polars as pl
from msgspec.structs import replace

from app.analysis.reading.damaged_file import damage_reported
from app.analysis.reading.decisions import AS_FOUND, Findings, ReadingChoices
from app.analysis.reading.file_format import PARQUET, TEXT, XLS, file_format
from app.analysis.reading.headers.sample_words import implied_headers
from app.analysis.reading.headers.time_words import unit_in_comments
from app.analysis.reading.layout.adduct_column import with_adducts_by_cells
from app.analysis.reading.layout.asked_times import with_asked_times
from app.analysis.reading.layout.description_rows import without_rows_of_header
from app.analysis.reading.layout.layout import Layout, layout_of
from app.analysis.reading.layout.rival_columns import rivals_in, with_best_columns
from app.analysis.reading.layout.side_table import without_side_table
from app.analysis.reading.name_columns.class_column import with_class_in_names
from app.analysis.reading.name_columns.heading_rows import (
    with_classes_of_headings,
    with_samples_of_headings,
)
from app.analysis.reading.name_columns.isomer_column import with_note_on_isomers
from app.analysis.reading.name_columns.name_above import with_name_above
from app.analysis.reading.name_columns.name_column import has_names, with_names_that_parse
from app.analysis.reading.name_columns.rival_names import rival_names
from app.analysis.reading.name_columns.sample_blocks import with_samples_of_blocks
from app.analysis.reading.name_columns.unread_composition import check_composition
from app.analysis.reading.raw_table import READ_PROBLEM, RawTable
from app.analysis.reading.rows.excluded_rows import marking_columns, with_excluded_rows_apart
from app.analysis.reading.rows.qualifiers import qualifier_columns, with_qualifiers_apart
from app.analysis.reading.rows.standard_rows import type_columns, with_standards_apart
from app.analysis.reading.rows.statistic_rows import with_statistics_apart
from app.analysis.reading.samples.computed_samples import with_computed_samples_apart
from app.analysis.reading.samples.filled_names import with_filled_names
from app.analysis.reading.samples.implied_roles import role_columns, with_implied_roles
from app.analysis.reading.samples.implied_samples import with_implied_samples
from app.analysis.reading.samples.no_areas import with_or_without_areas
from app.analysis.reading.samples.repeated_blocks import with_note_on_blocks
from app.analysis.reading.samples.repeated_peaks import questions_on_repeats
from app.analysis.reading.samples.sample_columns import with_real_samples
from app.analysis.reading.samples.stand_in_areas import questions_on_areas
from app.analysis.reading.samples.unnamed_areas import with_unnamed_areas
from app.analysis.reading.table_size import check_table_size
from app.analysis.reading.text.text_table import read_text_table

# Of a Parquet file with more cells, only the columns that are needed are opened.
SMALL_TABLE = 1_000_000
# Its first rows tell which other columns have to be asked about.
FIRST_ROWS = 20_000
# It would log a warning for each empty column.
logging.getLogger("fastexcel").setLevel(logging.ERROR)


def open_table(
    path: Path,
    choices: ReadingChoices = AS_FOUND,
    findings: Findings | None = None,
    *,
    every_column: bool = False,
) -> tuple[pl.DataFrame, Layout]:
    """Read the cells of a file, one row for each of its rows, and find their layout.

    ``findings`` collects what was decided and what is open. ``every_column`` includes columns that
    no role needs, which takes longer.

    Raises:
        PeakTableError: the file has no table, or the mapping names a column that does not exist.
    """
    kind, mapping = file_format(path), choices.columns
    findings = findings or Findings()
    with damage_reported(kind):
        if kind == PARQUET:
            return _open_parquet(path, choices, findings, every_column=every_column)
        raw = _raw_table(path, kind, choices, findings)
    findings.add(*raw.decisions)
    raw = with_samples_of_blocks(with_name_above(raw))
    table, layout = with_real_samples(raw.table, _layout(raw, kind, mapping))
    return _with_columns(table, layout, choices, findings)


def _raw_table(path: Path, kind: str, choices: ReadingChoices, findings: Findings) -> RawTable:
    """The cells of a table of text or of a workbook, without rows that belong to the header."""
    if kind != TEXT:
        return _raw_workbook(path, kind, choices)
    wanted = choices.columns.values()
    raw = without_side_table(read_text_table(path, choices, findings), wanted)
    return without_rows_of_header(raw)


def _raw_workbook(path: Path, kind: str, choices: ReadingChoices) -> RawTable:
    # A table of text needs none of what reads workbooks, which takes long to import.
    from app.analysis.reading.workbooks.sheets import combine_sheets
    from app.analysis.reading.workbooks.workbook import visible_sheets
    from app.analysis.reading.workbooks.workbook_marks import workbook_notes

    wanted = choices.columns.values()
    raw = combine_sheets(visible_sheets(path, wanted=wanted), choices.columns, choices.sheets)
    return raw._replace(notes=(*raw.notes, *(workbook_notes(path) if kind != XLS else ())))


def _layout(raw: RawTable, kind: str, mapping: Mapping[str, str]) -> Layout:
    """The layout of cells, with what stands in the file besides them."""
    header = [name for name in raw.table.columns if name != READ_PROBLEM]
    layout = layout_of(header, mapping, raw.above, raw.source)
    return replace(
        layout,
        units=raw.units,
        unit_in_comment=unit_in_comments(raw.above),
        notes=(*layout.notes, *raw.notes),
        has_number_cells=kind != TEXT,
    )


def _with_columns(
    table: pl.DataFrame, layout: Layout, choices: ReadingChoices, findings: Findings
) -> tuple[pl.DataFrame, Layout]:
    """The table and layout with the column of each role, or questions, and with unnamed areas."""
    mapping = choices.columns
    table, layout = with_qualifiers_apart(table, layout)
    if "isotope_label" not in mapping:
        table, layout = with_standards_apart(table, layout)
    table, layout = with_filled_names(table, layout)
    table, joined = with_class_in_names(table, layout, mapping)
    if joined is layout and "name" not in mapping:
        table, joined = with_classes_of_headings(table, layout)
    if joined is layout:
        layout = with_names_that_parse(table, layout, mapping)
        findings.add(*rival_names(table, layout, mapping))
    else:
        layout = joined
    layout, questions = with_best_columns(table, layout, mapping)
    findings.add(*questions)
    if "name" not in mapping:
        check_composition(table, layout)
    layout = with_note_on_isomers(table, layout)
    layout = with_adducts_by_cells(table, layout, mapping)
    layout = with_asked_times(table, layout, mapping, findings)
    layout = with_unnamed_areas(table, layout, mapping)
    findings.add(*questions_on_areas(table, layout, mapping))
    if "sample" not in mapping:
        table, layout = with_samples_of_headings(table, layout)
        table, layout = with_implied_samples(table, layout)
        layout = with_note_on_blocks(table, layout)
    if "sample_role" not in mapping:
        layout = with_implied_roles(table, layout)
    table, layout = with_statistics_apart(table, layout)
    table, layout = with_computed_samples_apart(table, layout)
    findings.add(*questions_on_repeats(table, layout, mapping))
    table = with_excluded_rows_apart(table, layout, choices.marked_rows, findings)
    return table, with_or_without_areas(table, layout, findings)


def _open_parquet(
    path: Path, choices: ReadingChoices, findings: Findings, *, every_column: bool
) -> tuple[pl.DataFrame, Layout]:
    from app.analysis.reading.parquet_schema_size import check_parquet_schema

    check_parquet_schema(path)
    mapping = choices.columns
    table = pl.scan_parquet(path, glob=False)
    header = table.collect_schema().names()
    check_table_size(1, len(header))
    layout = layout_of(header, mapping)
    height = table.select(pl.len()).collect().item()
    is_small = height * len(header) <= SMALL_TABLE
    is_whole = every_column or is_small or bool(layout.missing)
    rivals = [name for names in rivals_in(layout, mapping).values() for name in names]
    needed = [*layout.used, *layout.name_columns, *rivals, *qualifier_columns(layout)]
    needed += [*implied_headers(layout.header), *type_columns(layout), *marking_columns(layout)]
    needed += role_columns(layout)
    if not is_whole:
        needed += _columns_asked_about(table.head(FIRST_ROWS).collect(), layout, mapping)
    wanted = layout.header if is_whole else dict.fromkeys(needed)
    check_table_size(height, len(wanted))
    cells = table.select(*wanted).collect()
    if not is_whole and not any(has_names(cells[name]) for name in layout.name_columns):
        cells = table.collect()  # a class can stand in any column
    layout = replace(layout, header=tuple(it for it in layout.header if it in cells.columns))
    cells, layout = with_real_samples(cells, layout)
    return _with_columns(cells, layout, choices, findings)


def _columns_asked_about(
    rows: pl.DataFrame, layout: Layout, mapping: Mapping[str, str]
) -> list[str]:
    """The columns that no role has and that can be the areas or the samples."""
    asked = (questions_on_areas, questions_on_repeats)
    questions = [question for ask in asked for question in ask(rows, layout, mapping)]
    return [answer.value for question in questions for answer in question.answers]
