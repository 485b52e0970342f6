"""Tell columns of numbers from others."""

import polars as pl

from app.analysis.reading.cells.cells import ABSENT, parse_numbers
from app.analysis.reading.cells.written_numbers import DEVIATION


def are_numbers(cells: pl.Series) -> bool:
    """Whether a column holds numbers alone, with some of them missing at most."""
    if cells.dtype.is_numeric():
        return cells.null_count() < len(cells)
    if cells.dtype != pl.String:
        return False
    written = without_deviations(cells).drop_nulls()
    written = written.filter(~written.str.contains(ABSENT))
    return len(written) > 0 and parse_numbers(written).null_count() == 0


def without_deviations(cells: pl.Series) -> pl.Series:
    """The cells without the deviation after a mean, as in 10.61 ± 0.02."""
    return cells.str.replace(DEVIATION, "") if cells.dtype == pl.String else cells
