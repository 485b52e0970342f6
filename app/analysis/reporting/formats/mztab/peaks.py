"""The peaks of a run as comments, so that Sialoscope reads its file back to the same calls.

The sections hold molecules alone; the fragments and outliers of a run shape its model too. Comment
lines (COM) are allowed anywhere, and other programs pass over them.
"""

from collections.abc import Iterator

import polars as pl

from app.analysis.reading.sources.peak_comments import BEGIN, COLUMNS, PEAK
from app.analysis.reporting.formats.format import Run
from app.analysis.reporting.formats.mztab.cells import NULL, Line, text_cell

SECONDS = 60


def peak_comments(run: Run) -> Iterator[Line]:
    """One comment for each row of the run, below one with their columns."""
    rows = run.analysis.rows
    if run.ions is not None:
        ions = run.ions.select("row", "mz", "adduct")
        rows = rows.drop("mz", "adduct", strict=False).join(
            ions, on="row", how="left", maintain_order="left"
        )
    absent = [name for name in COLUMNS if name not in rows.columns]
    rows = rows.with_columns(pl.lit(None).alias(name) for name in absent)
    yield "COM", BEGIN, *COLUMNS.values()
    for cells in rows.with_columns(pl.col("rt_min") * SECONDS).select(*COLUMNS).iter_rows():
        yield "COM", PEAK, *map(_cell, cells)


def _cell(value: object) -> str:
    """A number to its last digit, so that it comes back the same."""
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, float):
        return repr(value)
    return NULL if value is None else text_cell(value)
