"""Ask for the column of areas where the one that is read is no area by its header or its cells.

A height, an intensity or a relative area stands for areas where a table has none. Equal numbers in
all rows, such as an injection volume, are no areas at all. A further column of unknown numbers,
such as ``Counts``, can then hold the areas.
"""

from collections.abc import Mapping

import polars as pl

from app.analysis.reading.cells.cells import parse_numbers
from app.analysis.reading.cells.number_columns import are_numbers
from app.analysis.reading.decisions import COLUMN_SUFFIX, Answer, Question
from app.analysis.reading.headers.columns import RECOGNISED, STAND_INS, bare, quoted_list
from app.analysis.reading.headers.exclusion_words import exclusion_word
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.samples.computed_columns import MOST_LOOKED_AT
from app.analysis.reading.samples.unnamed_areas import columns_of_areas
from app.analysis.reading.sources import SOURCES

VOLUME = "volume"
# Fewer rows can have one area by chance.
FEWEST_ROWS = 3


def questions_on_areas(
    table: pl.DataFrame, layout: Layout, mapping: Mapping[str, str]
) -> list[Question]:
    """A question which column has the areas, if the one that is read can be none of them."""
    own = layout.roles.get(VOLUME, "")
    is_plain = layout.source is SOURCES[-1] and not layout.samples
    if not own or VOLUME in mapping or not is_plain:
        return []
    rows = table.head(MOST_LOOKED_AT)
    is_one_number = _is_one_number(rows[own])
    if not is_one_number and bare(own, VOLUME) not in STAND_INS:
        return []
    others = _other_areas(rows, layout, with_known=is_one_number)
    return [_question(own, others, is_one_number=is_one_number)] if others else []


def _is_one_number(cells: pl.Series) -> bool:
    """Whether all of several rows have one number, as an injection volume is."""
    if not are_numbers(cells):
        return False
    numbers = parse_numbers(cells).drop_nulls()
    return len(numbers) >= FEWEST_ROWS and numbers.n_unique() == 1


def _other_areas(rows: pl.DataFrame, layout: Layout, *, with_known: bool) -> list[str]:
    """The columns that are not read and can hold areas, perhaps ``with_known`` headers of areas."""
    unread = [it for it in rows.columns if it not in layout.used and not exclusion_word(it)]
    numbers = [name for name in unread if are_numbers(rows[name])]
    known = [it for it in numbers if with_known and bare(it, VOLUME) in RECOGNISED[VOLUME]]
    return [name for name in known if not _is_one_number(rows[name])] or columns_of_areas(
        rows, numbers, layout
    )


def _question(own: str, others: list[str], *, is_one_number: bool) -> Question:
    why = "has one number in all rows" if is_one_number else "is no peak area by its header"
    return Question(
        subject=VOLUME + COLUMN_SUFFIX,
        sentence=f"{own!r} {why}, and {quoted_list(others)} can have the areas.",
        answers=tuple(
            Answer(value=name, meaning=f"the peak areas are those of {name!r}")
            for name in (*others, own)
        ),
    )
