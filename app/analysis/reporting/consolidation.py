"""Consolidate volumes: the area of a species with those of its fragments and other ions.

Each area is counted once. A fragment, and a row whose label has the mass of another ion, count with
their root parent. Another ion of a species counts with its main ion.
"""

import polars as pl

# The calls that name a parent row.
WITH_PARENT = ("fragment", "ambiguous")
WITHOUT_VOLUME = ("fragment", "invalid")


def consolidated(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with their ``consolidated_volume``; null where another row has it."""
    is_part = (pl.col("call") == "fragment") | pl.col("ion").is_not_null()
    has_volume = ~pl.col("call").is_in(WITHOUT_VOLUME) & pl.col("ion").is_null()
    ions = _other_ions(rows, has_volume)
    counted = rows.select("row", "peak_area").join(ions, on="row", how="left")
    parts = rows.filter(is_part).drop_nulls("parent_row")
    added = pl.concat(
        [
            parts.select(to=pl.col("parent_row").cast(pl.UInt32), area="peak_area"),
            counted.drop_nulls("to").select("to", area="peak_area"),
        ]
    )
    # The parts of another ion are counted with its main ion too.
    added = added.join(ions.rename({"row": "to", "to": "main"}), on="to", how="left")
    sums = added.group_by(row=pl.coalesce("main", "to")).agg(added=pl.col("area").sum())
    volume = pl.col("peak_area") + pl.col("added").fill_null(0.0)
    is_own = has_volume & pl.col("to").is_null()
    return (
        rows.join(sums, on="row", how="left", maintain_order="left")
        .join(ions, on="row", how="left", maintain_order="left")
        .with_columns(consolidated_volume=pl.when(is_own).then(volume))
        .drop("added", "to")
    )


def _other_ions(rows: pl.DataFrame, has_volume: pl.Expr) -> pl.DataFrame:
    """The rows that are other ions of a species, and the row of the main ion (to)."""
    grouped = rows.filter(has_volume).drop_nulls("ion_group")
    mains = grouped.filter(pl.col("ion_group") == pl.col("row"))["row"]
    others = grouped.filter(
        pl.col("ion_group") != pl.col("row"), pl.col("ion_group").is_in(mains.implode())
    )
    return others.select("row", to="ion_group")
