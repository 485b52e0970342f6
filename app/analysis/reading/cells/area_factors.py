"""Multiply areas by the factor in their header, such as x10^6."""

from collections.abc import Sequence

import polars as pl

from app.analysis.reading.cells.cells import parse_numbers
from app.analysis.reading.headers.area_headers import split_area_unit


def with_factors(table: pl.DataFrame, areas: Sequence[str], decimal: str) -> pl.DataFrame:
    """The table with areas multiplied by the factor in their header; texts stay as they are.

    ``decimal`` is the decimal mark of the table.
    """
    factors = {name: split_area_unit(name, areas)[1] for name in areas}
    return table.with_columns(
        _multiplied(table[name], factor, decimal)
        for name, factor in factors.items()
        if factor != 1.0
    )


def _multiplied(cells: pl.Series, factor: float, decimal: str) -> pl.Series:
    numbers = parse_numbers(cells, decimal=decimal) * factor
    if cells.dtype != pl.String:
        return numbers.alias(cells.name)
    written = numbers.cast(pl.String)
    if decimal == "comma":
        written = written.str.replace(".", ",", literal=True)
    return pl.select(pl.coalesce(written, cells)).to_series().alias(cells.name)
