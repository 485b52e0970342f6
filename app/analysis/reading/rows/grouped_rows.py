"""Fill the samples of tables that write each one once, above its rows, as merged cells do."""

import polars as pl

from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.raw_table import READ_PROBLEM
from app.analysis.reading.rows.second_headers import is_second_header


def with_samples_of_groups(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with the sample of each group of rows in all its rows.

    A sample is written once if its rows stand together: no sample comes twice, and the first row
    has one. Rows without a sample would else be taken for a sample of their own. Below a header
    within the table, as on a further page, the sample of the rows above can be written again.
    """
    header = layout.roles.get("sample", "")
    if not header or layout.samples:
        return table, layout
    samples, are_peaks = _blank_as_null(table[header]), _are_peaks(table)
    empty = samples.filter(are_peaks).null_count()
    if not empty or not _are_written_once(samples, are_peaks):
        return table, layout
    rows = "row" if empty == 1 else "rows"
    note = (
        f"Each sample is written once in the column {header!r}, as in merged cells; {empty:,} "
        f"{rows} below got it too."
    )
    filled = samples.fill_null(strategy="forward").alias(header)
    return table.with_columns(filled), layout.with_notes(note)


def _are_written_once(samples: pl.Series, are_peaks: pl.Series) -> bool:
    """Whether the first peak has a sample, and each sample begins once among the peaks."""
    if samples.filter(are_peaks)[0] is None:
        return False
    goes_on = ~are_peaks.shift(1) & (samples == samples.fill_null(strategy="forward").shift(1))
    begun = samples.filter(are_peaks & ~goes_on.fill_null(value=False))
    return begun.drop_nulls().is_unique().all()


def _blank_as_null(cells: pl.Series) -> pl.Series:
    """The cells as text, null if they hold nothing but spaces."""
    texts = cells.cast(pl.String)
    # Of a cohort a few samples are looked at, instead of each of its cells.
    if not _is_blank(texts.unique()).any():
        return texts
    return pl.select(pl.when(~_is_blank(texts)).then(texts)).to_series()


def _is_blank(texts: pl.Series) -> pl.Series:
    return texts.str.contains(r"^\s*$")


def _are_peaks(table: pl.DataFrame) -> pl.Series:
    """Whether each row is neither a header within the table nor below another one."""
    if READ_PROBLEM not in table.columns:
        return pl.repeat(value=True, n=table.height, eager=True)
    return table.select(~is_second_header(pl.col(READ_PROBLEM))).to_series()
