"""Read a column that has decimal points in some cells and decimal commas in others.

Lists that several people filled in have both. The notation of the table decides what ``11,843`` is;
in a column of retention times beside ``10.612`` it can still be no 11843.
"""

from collections.abc import Mapping

import polars as pl

from app.analysis.reading.cells.cells import ungrouped
from app.analysis.reading.cells.number_notation import (
    MARKS,
    OTHER,
    decimal_mark_by_size,
    has_one_mark,
    has_unclear_mark,
)


def with_one_decimal_mark(
    table: pl.DataFrame, columns: Mapping[str, str], decimal: str, rt_unit: str
) -> tuple[pl.DataFrame, list[str]]:
    """The table with the decimal mark ``decimal`` in each number, and sentences on what changed.

    ``columns`` has the role of each column that holds numbers, by its header.
    """
    notes = []
    for name, role in columns.items():
        if table[name].dtype != pl.String or not _has_both(table[name]):
            continue
        cells, note = _with_one_mark(table[name], role, decimal, rt_unit)
        table = table.with_columns(cells)
        notes += [note] if note else []
    return table, notes


def _with_one_mark(
    cells: pl.Series, role: str, decimal: str, rt_unit: str
) -> tuple[pl.Series, str]:
    """The cells of a column with one decimal mark, and a sentence on what is read how."""
    bare = ungrouped(cells)
    others, own = bare.filter(has_unclear_mark(bare, OTHER[decimal])), _own(bare, decimal)
    if others.is_empty() or own.is_empty():
        return cells, ""
    examples = f"as in {own[0]!r} and {others[0]!r}"
    if decimal_mark_by_size(others, role, rt_unit) == OTHER[decimal]:
        return _rewritten(cells, bare, decimal), (
            f"The column {cells.name!r} has decimal points and decimal commas, {examples}; both "
            "are read as decimal marks."
        )
    if not has_unclear_mark(own, decimal).all():
        return cells, ""
    whole = others[0].replace(MARKS[OTHER[decimal]], "")
    return cells, (
        f"The column {cells.name!r} has points and commas, {examples}; the latter is read as "
        f"{whole}. Write all numbers with one decimal mark if that is wrong."
    )


def _has_both(cells: pl.Series) -> bool:
    return all(cells.str.contains(mark, literal=True).any() for mark in MARKS.values())


def _own(bare: pl.Series, decimal: str) -> pl.Series:
    """The cells with the decimal mark of the table alone."""
    return bare.filter(has_one_mark(bare, decimal))


def _rewritten(cells: pl.Series, bare: pl.Series, decimal: str) -> pl.Series:
    """The cells with the decimal mark of the table where they could have the other one."""
    is_other = has_unclear_mark(bare, OTHER[decimal])
    marked = bare.str.replace(MARKS[OTHER[decimal]], MARKS[decimal], literal=True)
    return pl.select(pl.when(is_other).then(marked).otherwise(cells).alias(cells.name)).to_series()
