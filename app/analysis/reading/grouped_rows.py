"""Fill the samples of tables that write each one once, above its rows, as merged cells do."""

from dataclasses import replace

import polars as pl

from app.analysis.reading.layout import Layout


def with_samples_of_groups(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with the sample of each group of rows in all its rows.

    A sample is written once if its rows stand together: no sample comes twice, and the first row
    has one. Rows without a sample would else be taken for a sample of their own.
    """
    header = layout.roles.get("sample", "")
    if not header or table[header].dtype != pl.String or layout.samples:
        return table, layout
    cells = table[header]
    empty = cells.null_count()
    if not empty or cells[0] is None or not cells.drop_nulls().is_unique().all():
        return table, layout
    rows = "row" if empty == 1 else "rows"
    note = (
        f"Each sample is written once in the column {header!r}, as in merged cells; {empty:,} "
        f"{rows} below got it too."
    )
    filled = cells.fill_null(strategy="forward").alias(header)
    return table.with_columns(filled), replace(layout, notes=(*layout.notes, note))
