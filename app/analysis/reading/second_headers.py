"""Tell headers within a table apart from peaks: pasted or printed tables repeat theirs.

Below a header with other columns the cells stand in the wrong places, so its rows are kept as
invalid until the first header comes again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from app.analysis.reading.columns import RECOGNISED, fold
from app.analysis.reading.layout import Layout
from app.analysis.reading.text_table import READ_PROBLEM
from app.analysis.reading.time_unit import split_unit

# A row is a header if so many of its cells are headers.
ENOUGH = 2
LONGEST_HEADER = 60
REPEATED = "The row repeats the header."
OTHER = "The row is a second header, with other columns."
BELOW = (
    "The row stands below a second header with other columns. Put its table into a file of its own."
)


def without_second_headers(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with a problem for each header within it, and for rows that are not below its own.

    The numbers of these rows are left out, so that they do not tell unit or notation.
    """
    texts = [name for name in layout.used if table[name].dtype == pl.String]
    if layout.number_roles.keys().isdisjoint(texts):  # a header is no number
        return table, layout
    places = _places(table, texts, layout)
    if not places:
        return table, layout
    problems = pl.Series(_problems(table, texts, places), dtype=pl.String)
    numbers = [pl.when(problems.is_null()).then(name).alias(name) for name in layout.number_roles]
    earlier = [READ_PROBLEM] if READ_PROBLEM in table.columns else []
    table = table.with_columns(*numbers, pl.coalesce(problems, *earlier).alias(READ_PROBLEM))
    return table, replace(layout, notes=(*layout.notes, *_notes(problems)))


def _places(table: pl.DataFrame, texts: Sequence[str], layout: Layout) -> list[int]:
    tables = (RECOGNISED, layout.source.headers)
    known = {name for headers in tables for names in headers.values() for name in names}
    are_headers = [_are_headers(table[name], known) for name in texts]
    if len(are_headers) < ENOUGH:
        return []
    count = pl.select(pl.sum_horizontal(each.cast(pl.UInt32) for each in are_headers)).to_series()
    return (count >= ENOUGH).arg_true().to_list()


def _are_headers(cells: pl.Series, known: set[str]) -> pl.Series:
    """Whether each cell of a column is its own header, or a header that is known."""
    own = fold(cells.name)
    words = [text for text in cells.unique().drop_nulls() if _is_header(text, own, known)]
    return cells.is_in(words).fill_null(value=False)


def _is_header(text: str, own: str, known: set[str]) -> bool:
    if len(text) > LONGEST_HEADER or text[:1].isdigit():
        return False
    return fold(text) in {*known, own} or fold(split_unit(text)[0]) in known


def _problems(table: pl.DataFrame, texts: Sequence[str], places: Sequence[int]) -> list[str | None]:
    """The problem of each row, if it has one."""
    problems: list[str | None] = [None] * table.height
    for place, end in zip(places, [*places[1:], table.height], strict=True):
        is_own = all((table[name][place] or "").strip() == name.strip() for name in texts)
        problems[place] = REPEATED if is_own else OTHER
        if not is_own:
            problems[place + 1 : end] = [BELOW] * (end - place - 1)
    return problems


def _notes(problems: pl.Series) -> list[str]:
    counts: Mapping[str, int] = {each: int((problems == each).sum()) for each in (OTHER, BELOW)}
    if not counts[OTHER]:
        return []
    rows = "row below it is" if counts[BELOW] == 1 else f"{counts[BELOW]:,} rows below it are"
    return [f"The table has a second header with other columns; the {rows} kept as invalid."]
