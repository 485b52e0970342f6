"""Bring the numbers of a table to one notation, and its retention times to minutes."""

import polars as pl

from app.analysis.reading.cells.area_factors import with_factors
from app.analysis.reading.cells.mixed_marks import with_one_decimal_mark
from app.analysis.reading.cells.number_notation import decide_notation
from app.analysis.reading.cells.time_unit import decide_rt_unit
from app.analysis.reading.decisions import AUTO, Findings, OnNote, ReadingChoices
from app.analysis.reading.headers.time_words import MINUTES, PER_MINUTE, split_unit
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.peaks.ganglioside_rows import times_of_gangliosides


def _named_unit(layout: Layout, choices: ReadingChoices) -> str:
    """The unit of the retention times that is known without their size; empty if none is."""
    chosen = "" if choices.rt_unit == AUTO else choices.rt_unit
    by_header = split_unit(_with_unit(layout))[1] or layout.unit_in_comment[0]
    return layout.unit_in_cells or chosen or layout.source.rt_unit or by_header


def _with_unit(layout: Layout) -> str:
    """The header of the retention times, with the unit of a row of units below it."""
    unit = layout.units.get(layout.rt_header, "")
    return f"{layout.rt_header} [{unit}]" if unit else layout.rt_header


def in_minutes(
    peaks: pl.DataFrame,
    names: pl.Series,
    layout: Layout,
    choices: ReadingChoices,
    findings: Findings,
) -> pl.DataFrame:
    """The peaks, with these different names, with their retention times in minutes."""
    unit, found = decide_rt_unit(
        times_of_gangliosides(peaks, names),
        _with_unit(layout),
        chosen=choices.rt_unit,
        by_program=layout.source.rt_unit,
        in_comment=layout.unit_in_comment,
        in_cells=layout.unit_in_cells,
    )
    findings.add(found)
    if unit == MINUTES:
        return peaks
    return peaks.with_columns(pl.col("rt_min") / PER_MINUTE[unit])


def with_decimal_mark(
    table: pl.DataFrame,
    layout: Layout,
    on_note: OnNote,
    choices: ReadingChoices,
    findings: Findings,
) -> tuple[pl.DataFrame, str]:
    """The table with one decimal mark, and areas times the factor of their header; the mark."""
    unit = _named_unit(layout, choices)
    decimal, found = decide_notation(
        table,
        layout.number_roles,
        chosen=choices.decimal,
        rt_unit=unit,
        has_number_cells=layout.has_number_cells,
    )
    findings.add(*found)
    table, sentences = with_one_decimal_mark(table, layout.number_roles, decimal, unit)
    for sentence in sentences:
        on_note(sentence)
    areas = [name for name, role in layout.number_roles.items() if role == "volume"]
    return with_factors(table, areas, decimal), decimal
