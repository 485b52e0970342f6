"""What a cell of the matrix shows: an area, an amount, its share of the sample, or a call.

Nothing is normalised unless it is chosen, and the sentence of a measure says what was done.
"""

import polars as pl

from app.analysis.cohort_statistics.cells import INCOMPLETE, NO_AMOUNT, NO_AREA, TRUE
from app.analysis.quantities.species_lines import COUNTED

AREA, SHARE, PMOL, MOL_PERCENT, CALL = "area", "share", "pmol", "mol_percent", "call"
MEASURES = {
    AREA: "Areas as in the table, with those of fragments and other ions added to their species. "
    "They are not normalised: differences in injection and extraction are still in them.",
    SHARE: "Percent of the summed area of all confirmed species of the sample, as measured: the "
    "page of quantities corrects isotopes, this one does not. A species that rises lowers the "
    "share of all others; one that is not confirmed in a sample raises them there.",
    PMOL: "Picomoles by the internal standard of the class in the same sample. A class without a "
    "standard has no amount; it is never taken from another class unless you entered that.",
    MOL_PERCENT: "Percent of the summed pmol that are known in the sample. Classes without a "
    "standard are not in the sum, so compare samples that have the same standards.",
    CALL: "The best assignment that a species has in each sample, without numbers.",
}
UNITS = {
    AREA: "area",
    SHARE: "% of area",
    PMOL: "pmol",
    MOL_PERCENT: "mol %",
    CALL: "call",
}
# The measures that need the quantities of the result.
OF_AMOUNTS = (PMOL, MOL_PERCENT)


def measured(
    cells: pl.DataFrame, measure: str, amounts: pl.DataFrame | None = None
) -> pl.DataFrame:
    """The cells with their ``value`` by a measure; where it is null, the state says why.

    ``amounts`` are the species of the quantities (``QUANTITY_SCHEMA``), for ``OF_AMOUNTS``.
    """
    if measure == CALL:
        return cells.with_columns(value=pl.lit(None, dtype=pl.Float64))
    if measure in OF_AMOUNTS and amounts is not None:
        cells = _joined(cells, measure, amounts)
    elif measure == AREA:
        cells = cells.with_columns(value="area")
    else:
        cells = cells.with_columns(value=_share())
    return cells.with_columns(state=_state_of_value())


def with_incomplete(measured_cells: pl.DataFrame, missing: pl.DataFrame) -> pl.DataFrame:
    """The cells whose values are incomplete sums with that state, and what they lack.

    ``missing`` is of ``missing_members``; without a value the state says more.
    """
    joined = measured_cells.join(
        missing, on=["species", "sample"], how="left", maintain_order="left", nulls_equal=True
    )
    is_incomplete = (
        (pl.col("state") == TRUE) & pl.col("value").is_not_null() & pl.col("missing").is_not_null()
    )
    return joined.with_columns(
        state=pl.when(is_incomplete).then(pl.lit(INCOMPLETE)).otherwise("state"),
        missing=pl.when(is_incomplete).then("missing"),
    )


def _joined(cells: pl.DataFrame, measure: str, amounts: pl.DataFrame) -> pl.DataFrame:
    """The cells with the sum over the isomers of each species, null where any is unknown."""
    is_known = pl.col(measure).null_count() == 0
    counted = amounts.filter(pl.col("call") == COUNTED).drop_nulls("total_area")
    values = counted.group_by("species", "sample").agg(
        value=pl.when(is_known).then(pl.col(measure).sum())
    )
    is_true = pl.col("state") == TRUE
    return cells.join(
        values, on=["species", "sample"], how="left", maintain_order="left", nulls_equal=True
    ).with_columns(value=pl.when(is_true).then("value"))


def _share() -> pl.Expr:
    counts = pl.when(pl.col("state") == TRUE).then("area")
    total = counts.sum().over("sample")
    return pl.when(total > 0).then(100 * counts / total)


def _state_of_value() -> pl.Expr:
    """The state, which for a true species without a value says what is missing."""
    is_without = (pl.col("state") == TRUE) & pl.col("value").is_null()
    has_area = pl.col("area").fill_null(0.0) > 0
    missing = pl.when(has_area).then(pl.lit(NO_AMOUNT)).otherwise(pl.lit(NO_AREA))
    return pl.when(is_without).then(missing).otherwise("state")
