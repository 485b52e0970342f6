"""Read a table without any areas, whose rows are judged without them, or ask where they are."""

from collections.abc import Sequence

import polars as pl
from msgspec.structs import replace

from app.analysis.reading.cells.number_columns import are_numbers
from app.analysis.reading.decisions import COLUMN_SUFFIX, Answer, Findings, Question
from app.analysis.reading.headers.columns import NEEDED, NO_AREAS, quoted_list
from app.analysis.reading.headers.exclusion_words import exclusion_word
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.layout.layout_notes import NOTE_ON_NO_AREAS
from app.analysis.reading.layout.table_shape import hint_on_shape
from app.analysis.reading.samples.unnamed_areas import columns_of_areas
from app.analysis.reading.sources import SOURCES

NOTE = f"{NOTE_ON_NO_AREAS} If it has areas, say in which column."
MOST_ASKED = 6


def with_or_without_areas(table: pl.DataFrame, layout: Layout, findings: Findings) -> Layout:
    """The layout of a table without areas, with a note; others as they are.

    A column of numbers that is not read could hold the areas, so it is asked. The export of a
    program, which can have areas, stays refused.
    """
    is_plain = layout.source is SOURCES[-1] and not hint_on_shape(layout.header)
    if not (layout.lacks_only_areas and is_plain):
        return layout
    unread = [it for it in layout.header if it not in layout.used and not exclusion_word(it)]
    numbers = [name for name in unread if are_numbers(table[name])]
    if numbers:
        likely = columns_of_areas(table, numbers, layout)
        findings.add(_question(sorted(numbers, key=lambda name: name not in likely)))
        return replace(layout, lacks_areas=True)
    return replace(layout, lacks_areas=True).with_notes(NOTE)


def _question(numbers: Sequence[str]) -> Question:
    """Which of the columns of numbers has the areas, if any has."""
    shown = [name for name in numbers if name != NO_AREAS][:MOST_ASKED]
    columns = [
        Answer(value=name, meaning=f"the peak areas are those of {name!r}") for name in shown
    ]
    nowhere = "the table has no areas, and its rows are judged without them"
    return Question(
        subject="volume" + COLUMN_SUFFIX,
        sentence=f"The table lacks the column {NEEDED['volume']}, and numbers stand in "
        f"{quoted_list(numbers)}. If one of these has the areas, choose it.",
        answers=(*columns, Answer(value=NO_AREAS, meaning=nowhere)),
    )
