"""Times of a table as they are written, before their unit and decimal mark are decided."""

import polars as pl

from app.analysis.reading.cells.cells import parse_numbers


def written_times(cells: pl.Series) -> pl.Series:
    """The times of the rows, in whatever unit; null for what is no number."""
    if not (cells.dtype == pl.String or cells.dtype.is_numeric()):
        return pl.Series(cells.name, [None] * len(cells), dtype=pl.Float64)
    read = [parse_numbers(cells, decimal=mark) for mark in ("point", "comma")]
    return pl.select(pl.coalesce(read)).to_series().alias(cells.name)
