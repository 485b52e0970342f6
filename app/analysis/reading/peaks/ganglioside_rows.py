"""Tell the rows of gangliosides apart from sums, statistics and notes that stand among them."""

import polars as pl

from app.analysis.reading.cells.name_cells import is_ganglioside

# The names of larger tables are not all looked at; sums among so many rows change no quantile.
MOST_NAMES = 10_000


def times_of_gangliosides(peaks: pl.DataFrame, names: pl.Series) -> pl.Series:
    """The retention times, as written, of the rows that have a ganglioside.

    ``names`` are the different names of the peaks. Below a table can stand the sums of its classes,
    whose numbers are no times, although they are in that column. Without any ganglioside these are
    the times of all rows.
    """
    if len(names) > MOST_NAMES:
        return peaks["rt_min"]
    others = [name for name in names.to_list() if not is_ganglioside(name)]
    if not others or len(others) == len(names):
        return peaks["rt_min"]
    return peaks.filter(~pl.col("name").is_in(others))["rt_min"]
