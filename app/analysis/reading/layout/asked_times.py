"""Ask which column has the retention times where headers speak of time, as ``Time`` does."""

from collections.abc import Mapping, Sequence

import polars as pl
from msgspec.structs import replace

from app.analysis.reading.cells.cells import parse_numbers
from app.analysis.reading.cells.number_columns import are_numbers
from app.analysis.reading.cells.time_unit import LONGEST_S
from app.analysis.reading.decisions import COLUMN_SUFFIX, Answer, Findings, Question
from app.analysis.reading.headers.columns import NEEDED, quoted_list
from app.analysis.reading.headers.other_times import can_be_retention, says_time
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.layout.table_shape import hint_on_shape
from app.analysis.reading.sources import SOURCES

RT = "rt"
MOST_ASKED, MOST_ROWS, LONGEST_CELL = 6, 1_000, 40
# The last peak of a gradient comes at most so many times later than the first.
MOST_RANGE = 100.0
# Names have different times; fewer are those of a condition, such as 24 h.
LEAST_DISTINCT = 0.5


def with_asked_times(
    table: pl.DataFrame, layout: Layout, mapping: Mapping[str, str], findings: Findings
) -> Layout:
    """The layout with the likeliest column of times, and the question which one it is.

    The export of a program, and a table without such a column of numbers, stay refused.
    """
    lacks_times = NEEDED[RT] in layout.missing and NEEDED["name"] not in layout.missing
    is_plain = layout.source is SOURCES[-1] and not hint_on_shape(layout.header)
    if RT in mapping or not lacks_times or not is_plain:
        return layout
    rows = table.head(MOST_ROWS)
    times = [it for it in layout.header if says_time(it) and it not in layout.used]
    names = rows[layout.roles["name"]].n_unique() if "name" in layout.roles else 1
    found = [it for it in times if can_be_retention(it) and _can_be_times(rows[it], names)]
    if not found:
        return layout
    findings.add(_question(rows, found[:MOST_ASKED]))
    return replace(layout, roles=layout.roles | {RT: found[0]})


def _can_be_times(cells: pl.Series, names: int) -> bool:
    """Whether numbers are above 0, lie within a gradient, and are as different as ``names``."""
    if not are_numbers(cells):
        return False
    numbers = parse_numbers(cells).drop_nulls().drop_nans()
    least, most = float(numbers.min()), float(numbers.max())  # type: ignore[arg-type]
    is_gradient = 0 < least < most <= min(LONGEST_S, MOST_RANGE * least)
    return is_gradient and numbers.n_unique() > LEAST_DISTINCT * names


def _question(rows: pl.DataFrame, found: Sequence[str]) -> Question:
    return Question(
        subject=RT + COLUMN_SUFFIX,
        sentence=f"The table lacks the column {NEEDED[RT]}, and the retention times can be those "
        f"of {quoted_list(found)}. Choose the time of the maximum of each peak.",
        answers=tuple(
            Answer(
                value=name,
                meaning=f"the retention times are those of {name!r}, such as "
                f"{str(rows[name].drop_nulls()[0])[:LONGEST_CELL]}",
            )
            for name in found
        ),
    )
