"""What a cell of the matrix shows: the area as it is, or its share of the sample.

Nothing is normalised unless it is chosen, and the sentence of a measure says what was done.
"""

import polars as pl

from app.analysis.cohort_statistics.cells import TRUE

AREA, SHARE = "area", "share"
MEASURES = {
    AREA: "Areas as in the table, with those of fragments and other ions added to their species. "
    "They are not normalised: differences in injection and extraction are still in them.",
    SHARE: "Percent of the summed area of all true species of the sample. A species that rises "
    "lowers the share of all others.",
}
UNITS = {AREA: "area", SHARE: "% of area"}


def measured(cells: pl.DataFrame, measure: str) -> pl.DataFrame:
    """The cells with their ``value`` by a measure; null where there is none."""
    if measure == AREA:
        return cells.with_columns(value="area")
    counts = pl.when(pl.col("state") == TRUE).then("area")
    total = counts.sum().over("sample")
    return cells.with_columns(value=pl.when(total > 0).then(100 * counts / total))
