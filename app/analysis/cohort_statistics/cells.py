"""A cell for each species and sample: its value, or why it has none.

A species has a value in a sample where it is called true there. Everything else is distinguished
and never taken for zero: no peak at all, a peak listed without an area, another call, a standard,
or a row that cannot be used. A measure adds three: no area, no amount, and an incomplete sum.
"""

import polars as pl

from app.analysis.names.cells.sample_roles import BLANK
from app.analysis.state.preparation.set_apart import STANDARD

TRUE, NO_AREA, NO_PEAK, NO_AMOUNT = "true", "no area", "no peak", "no amount"
INCOMPLETE = "incomplete"
# In this order the first that a species has in a sample is the state of its cell.
STATES = (TRUE, BLANK, "ambiguous", "outlier", "fragment", STANDARD, NO_AREA, "invalid")
MEANINGS = {
    TRUE: "confirmed; the value is its area with those of its fragments and other ions",
    BLANK: "a peak of a blank: background",
    "ambiguous": "a peak that may be the species or a fragment; not counted",
    "outlier": "a peak that is not confirmed as the species; not counted",
    "fragment": "a peak that is a fragment of another species; not counted",
    NO_AREA: "listed without a positive area, as programs do below detection",
    STANDARD: "an internal standard, by its label or because you entered it; not counted",
    "invalid": "a row that cannot be used; not counted",
    NO_PEAK: "the table lists no peak of this species for this sample",
    INCOMPLETE: "confirmed, but the sum lacks species or isomers that are confirmed in another "
    "sample and make up 5 % or more of the line; not in means, CVs and tests",
    NO_AMOUNT: "confirmed, but no standard with an amount stands for its class in this sample",
}


def cells(rows: pl.LazyFrame) -> pl.DataFrame:
    """One row for each species and sample that has any peak: species, sample, state and area.

    ``area`` is the consolidated area of its true peaks; in a blank that of all its peaks. Rows
    whose name cannot be read have no species and are in no cell.
    """
    has_area = pl.col("state").is_in([TRUE, BLANK])
    area = pl.when(has_area).then(pl.col("consolidated_volume"))
    return (
        rows.filter(pl.col("species").is_not_null())
        .with_columns(state=row_state())
        .with_columns(place=_place_of_state(), area=area)
        .group_by("species", "sample")
        .agg(pl.col("place").min(), pl.col("area").sum(), has_area=pl.col("area").count() > 0)
        .with_columns(state=_state_of_place(), area=pl.when("has_area").then("area"))
        .select("species", "sample", "state", "area")
        .sort("species", "sample")
        .collect()
    )


def _place_of_state() -> pl.Expr:
    """The place of a state among ``STATES``, the last for one that is not there."""
    places, last = range(len(STATES)), len(STATES) - 1
    return pl.col("state").replace_strict(STATES, places, default=last, return_dtype=pl.UInt8)


def _state_of_place() -> pl.Expr:
    return pl.col("place").replace_strict(range(len(STATES)), STATES, return_dtype=pl.String)


def row_state() -> pl.Expr:
    """The state that a row gives to its cell."""
    has_no_area = (pl.col("call") == "invalid") & pl.col("peak_area").is_null()
    return (
        pl.when(pl.col("set_apart") == BLANK)
        .then(pl.lit(BLANK))
        .when(has_no_area)
        .then(pl.lit(NO_AREA))
        .when(pl.col("set_apart") == STANDARD)
        .then(pl.lit(STANDARD))
        .otherwise("call")
    )
