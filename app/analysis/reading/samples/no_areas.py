"""Read a table that has no areas at all; its rows are judged without them."""

from dataclasses import replace

import polars as pl

from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.layout.table_shape import hint_on_shape
from app.analysis.reading.samples.unnamed_areas import are_numbers
from app.analysis.reading.sources import SOURCES

NOTE = (
    "The table has no areas. Rows are judged without them, by retention times and what else is "
    "there, so fragments are told less surely, and nothing can be added up. If it has areas, say "
    "in which column."
)


def with_or_without_areas(table: pl.DataFrame, layout: Layout) -> Layout:
    """The layout of a table without areas, with a note; others as they are.

    A column of numbers that is not read could hold the areas, so such a table stays refused. So
    does the export of a program, which can have them.
    """
    is_plain = layout.source is SOURCES[-1] and not hint_on_shape(layout.header)
    if not (layout.lacks_only_areas and is_plain):
        return layout
    if any(are_numbers(table[name]) for name in layout.header if name not in layout.used):
        return layout
    return replace(layout, lacks_areas=True).with_notes(NOTE)
