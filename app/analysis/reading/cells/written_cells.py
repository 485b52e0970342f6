"""Tell cells that hold something from empty ones."""

from collections.abc import Sequence

import polars as pl

EMPTY = r"^\s*$"


def any_written(table: pl.DataFrame, columns: Sequence[str], empty: str = EMPTY) -> pl.Series:
    """Whether each row has something in one of the columns."""
    written = [are_written(table[name], empty) for name in columns]
    return pl.select(pl.any_horizontal(pl.lit(value=False), *written)).to_series()


def are_written(cells: pl.Series, empty: str = EMPTY) -> pl.Series:
    """Whether each cell holds something else than a pattern of ``empty`` cells."""
    if cells.dtype != pl.String:
        return cells.is_not_null()
    return (~cells.str.contains(empty)).fill_null(value=False)
