"""Areas of all isotopes of each row: isotope correction of type II, then of type I.

Type II subtracts the area that the M+2 ion of the species with one more double bond adds to a
monoisotopic peak (Höring et al. 2021, J Lipid Res 62:100050). Type I divides by the share of
monoisotopic molecules (Wang, Wang and Han 2017, Mass Spectrom Rev 36:693).
"""

import polars as pl

from app.analysis.names.cells.isotope_labels import NATURAL
from app.analysis.quantities.isotopes import isotope_shares

# The word for the M+2 isotope of another row in the column ``ion``.
SECOND_ISOTOPE = "second isotope"
# The columns in which two rows agree if the isotopes of one can lie under the other.
_SAME = ("sample", "prefix", "carbons", "hydroxyls", "adduct", "charge")


def with_total_areas(rows: pl.DataFrame, *, coelution_min: float) -> pl.DataFrame:
    """Rows with ``overlap_area`` (taken off), ``total_area`` (of all isotopes) and ``mono_share``.

    A row that is an isotope of another one has a total area of 0, because the area of the other
    has all isotopes. An isotope without its monoisotopic row has none (null).
    """
    shares = isotope_shares(rows["species"].drop_nulls().unique().to_list())
    joined = rows.join(shares, on="species", how="left", maintain_order="left")
    joined = _with_shares_of_parents(joined)
    corrected = _without_overlaps(joined, coelution_min)
    total = (pl.col("peak_area") - pl.col("overlap_area")) / pl.col("mono_share")
    is_part = pl.col("ion").is_not_null() | (pl.col("ion_group") != pl.col("row"))
    of_another = pl.when(is_part.fill_null(value=False), pl.col("peak_area").is_not_null())
    of_isotope = of_another.then(0.0)
    return corrected.with_columns(
        total_area=pl.when(is_natural_isotope()).then(of_isotope).otherwise(total)
    ).drop("second_share")


def is_natural_isotope() -> pl.Expr:
    """Whether a row is a heavier natural isotope, by its table or by the analysis."""
    by_table = pl.col("isotope_label").str.starts_with(NATURAL).fill_null(value=False)
    return by_table | (pl.col("ion") == SECOND_ISOTOPE).fill_null(value=False)


def _with_shares_of_parents(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows whose label is wrong, because they are another ion, with the share of its parent."""
    of_parent = rows.select(parent_row="row", of_parent="mono_share")
    share = pl.when(pl.col("ion").is_not_null()).then("of_parent").otherwise("mono_share")
    return (
        rows.join(of_parent, on="parent_row", how="left", maintain_order="left")
        .with_columns(mono_share=pl.coalesce(share, "mono_share"))
        .drop("of_parent")
    )


def _without_overlaps(rows: pl.DataFrame, coelution_min: float) -> pl.DataFrame:
    """The rows with the area that coeluting M+2 ions add, from many double bonds to few.

    Only peaks called true add to others, and at most the whole area of the other is subtracted.
    """
    rows = rows.with_columns(overlap_area=pl.when(pl.col("peak_area").is_not_null()).then(0.0))
    bonds = rows["double_bonds"].drop_nulls().unique().sort(descending=True).to_list()
    for number in bonds[1:]:
        added = _added_to(rows, number, coelution_min)
        rows = (
            rows.join(added, on="row", how="left", maintain_order="left")
            .with_columns(
                overlap_area=pl.min_horizontal(
                    "peak_area", pl.col("overlap_area") + pl.col("added").fill_null(0.0)
                )
            )
            .drop("added")
        )
    return rows


def _added_to(rows: pl.DataFrame, double_bonds: int, coelution_min: float) -> pl.DataFrame:
    """The area that M+2 ions add to rows with a number of double bonds: row, added."""
    blank = [pl.col(name).fill_null("") for name in ("adduct", "charge")]
    monoisotopic = rows.filter(~is_natural_isotope()).with_columns(blank)
    lighter = monoisotopic.filter(pl.col("double_bonds") == double_bonds)
    source = monoisotopic.filter(
        pl.col("double_bonds") == double_bonds + 1, pl.col("call") == "true"
    ).select(
        *_SAME,
        second=(pl.col("peak_area") - pl.col("overlap_area"))
        * pl.col("second_share")
        / pl.col("mono_share"),
        at_min="rt_min",
    )
    pairs = lighter.select("row", "rt_min", *_SAME).join(source, on=_SAME)
    near = (pl.col("rt_min") - pl.col("at_min")).abs() <= coelution_min
    return pairs.filter(near).group_by("row").agg(added=pl.col("second").sum())
