"""Bring the numbers of a table to one notation, and its retention times to minutes."""

import polars as pl

from app.analysis.reading.cells.area_factors import with_factors
from app.analysis.reading.cells.mixed_marks import with_one_decimal_mark
from app.analysis.reading.cells.number_notation import decide_notation
from app.analysis.reading.cells.time_unit import SaidUnits, decide_rt_unit
from app.analysis.reading.decisions import Findings, OnNote, ReadingChoices
from app.analysis.reading.headers.time_words import MINUTES, PER_MINUTE
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.peaks.ganglioside_rows import times_of_gangliosides


def _said_units(layout: Layout, choices: ReadingChoices) -> SaidUnits:
    """What is said of the unit of the retention times; a row of units counts as in the header."""
    unit = layout.units.get(layout.rt_header, "")
    return SaidUnits(
        header=f"{layout.rt_header} [{unit}]" if unit else layout.rt_header,
        chosen=choices.rt_unit,
        by_program=layout.source.rt_unit,
        in_comment=layout.unit_in_comment,
        in_cells=layout.unit_in_cells,
    )


def in_minutes(
    peaks: pl.DataFrame,
    names: pl.Series,
    layout: Layout,
    choices: ReadingChoices,
    findings: Findings,
) -> pl.DataFrame:
    """The peaks, with these different names, with their retention times in minutes."""
    said = _said_units(layout, choices)
    unit, found = decide_rt_unit(times_of_gangliosides(peaks, names), said)
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
    unit = _said_units(layout, choices).known
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
