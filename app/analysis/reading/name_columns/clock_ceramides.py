"""Read ceramides that a spreadsheet took for clock times: 36:1 became 36:01:00."""

from collections.abc import Sequence

import polars as pl

# The carbons and double bonds of a ceramide or chain, as hours and minutes.
LEAST_CARBONS, MOST_CARBONS, MOST_BONDS = 10, 60, 12
CLOCK = r"^\s*(\d{2}):(\d{2}):00\s*$"
MINUTES_OF_DAY = 24 * 60
# Excel counts days from here.
FIRST_DAY = pl.datetime(1899, 12, 31)


def ceramides_of_clocks(
    table: pl.DataFrame, columns: Sequence[str]
) -> tuple[pl.Series, list[str]] | None:
    """The ceramides in the first of these columns that can have some, and its header."""
    for name in columns:
        minutes = _minutes(table[name])
        if minutes is not None and _are_ceramides(minutes):
            ceramides = pl.format("{}:{}", minutes // 60, minutes % 60)
            return pl.select(ceramides).to_series().rename(name), [name]
    return None


def _minutes(cells: pl.Series) -> pl.Series | None:
    """The minutes of clock times; None of other cells."""
    if cells.dtype == pl.Duration:
        return cells.dt.total_minutes()
    if cells.dtype == pl.Time:
        return cells.cast(pl.Duration).dt.total_minutes()
    if isinstance(cells.dtype, pl.Datetime):
        return pl.select((cells - FIRST_DAY).dt.total_minutes()).to_series()
    if cells.dtype != pl.String:
        return None
    parts = pl.DataFrame({"carbons": cells, "bonds": cells}).select(
        pl.col("carbons").str.extract(CLOCK, 1).cast(pl.Int64),
        pl.col("bonds").str.extract(CLOCK, 2).cast(pl.Int64),
    )
    is_none = cells.drop_nulls().str.strip_chars() == ""
    if parts["bonds"].null_count() != cells.null_count() + int(is_none.sum()):
        return None
    return parts["carbons"] * 60 + parts["bonds"]


def _are_ceramides(minutes: pl.Series) -> bool:
    carbons, bonds = minutes // 60, minutes % 60
    are_possible = carbons.is_between(LEAST_CARBONS, MOST_CARBONS) & (bonds <= MOST_BONDS)
    return minutes.null_count() < len(minutes) and bool(are_possible.all())
