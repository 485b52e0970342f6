"""Rule 9: prefixes are alike: their slopes agree, and they carry the same ceramides.

The brain makes all gangliosides of one pool of ceramides, so a ceramide that no other prefix has
is a soft warning. A slope that departs from the common one by three standard errors is another.
"""

import numpy as np
import polars as pl

from app.analysis.evidence import Places, distinct
from app.analysis.rule import Rule, Study

LIKELY = 0.5
UNEXPECTED_Z = 3.0


def apply(study: Study) -> Study:
    """Count for each row the other prefixes with its ceramide; look at the slope of its group."""
    peaks = study.peaks.select("row", "sample_code", "species_code", "p_true").drop_nulls()
    species, names = peaks["species_code"].to_numpy(), study.names
    ceramide = peaks["sample_code"].cast(pl.Int64).to_numpy() * names.height
    ceramide += names["ceramide_code"].to_numpy()[species]
    carrier = ceramide * names.height + names["prefix_code"].to_numpy()[species]
    carriers = distinct(carrier[peaks["p_true"].to_numpy() >= LIKELY])
    carried = distinct(carriers // names.height)
    counts = np.bincount(_place(carried, carriers // names.height), minlength=len(carried))
    # Place -1, of a ceramide that no prefix carries, takes the zero at the end.
    sharing = np.append(counts, 0)[_place(carried, ceramide)] - (_place(carriers, carrier) >= 0)
    shared = study.with_rows(peaks.select("row", sharing_prefixes=pl.Series(sharing)))
    return _with_slopes(shared).with_columns(verdict_9=_verdict())


def _place(known: Places, values: Places) -> Places:
    """The place of each value among the sorted known ones, -1 where it is none of them."""
    place = np.searchsorted(known, values)
    is_known = np.append(known, -1)[place] == values
    found: Places = np.where(is_known, place, -1)
    return found


def _with_slopes(study: Study) -> Study:
    if study.model is None:
        return study.with_columns(slope_z=pl.lit(None, dtype=pl.Float64))
    slopes = study.model.slopes().select(
        "group", slope_z=pl.col("slope_deviation") / pl.col("standard_error")
    )
    rows = study.peaks.select("row", "group").join(
        slopes, on="group", how="left", maintain_order="left"
    )
    return study.with_rows(rows.select("row", "slope_z"))


def _verdict() -> pl.Expr:
    return (
        pl.when(pl.col("problem").is_not_null())
        .then(None)
        .when(pl.col("slope_z").abs() > UNEXPECTED_Z)
        .then(pl.lit("odd slope"))
        .when(pl.col("sharing_prefixes") == 0)
        .then(pl.lit("lone ceramide"))
        .otherwise(pl.lit("as expected"))
    )


RULE = Rule(
    number=9,
    title="Cross-prefix consistency",
    needs=("sample_code", "species_code", "group", "p_true"),
    gives=("sharing_prefixes", "slope_z", "verdict_9"),
    apply=apply,
    sentence=pl.format(
        "{} other prefixes carry this ceramide; the slope of its own departs from the common one "
        "by {} standard errors.",
        "sharing_prefixes",
        pl.col("slope_z").fill_null(0.0).round(1),
    ),
)
