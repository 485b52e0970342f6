"""Rule 9: prefixes are alike: their slopes agree, and they carry the same ceramides.

The brain makes all gangliosides of one pool of ceramides, so a ceramide that no other prefix has
is a soft warning. A slope that departs from the common one by three standard errors is another.
"""

import polars as pl

from app.analysis.rule import Rule, Study

LIKELY = 0.5
UNEXPECTED_Z = 3.0
CERAMIDE = ("sample", "carbons", "double_bonds", "hydroxyls")


def apply(study: Study) -> Study:
    """Count for each row the other prefixes with its ceramide; look at the slope of its group."""
    likely = study.usable.filter(pl.col("p_true") >= LIKELY)
    carrying = likely.group_by(*CERAMIDE).agg(carriers=pl.col("prefix").n_unique())
    own = likely.select(*CERAMIDE, "prefix", is_own=pl.lit(1)).unique()
    peaks = study.peaks.join(carrying, on=CERAMIDE, how="left", maintain_order="left").join(
        own, on=(*CERAMIDE, "prefix"), how="left", maintain_order="left"
    )
    sharing = pl.col("carriers").fill_null(0).cast(pl.Int32) - pl.col("is_own").fill_null(0)
    shared = study.with_rows(peaks.select("row", sharing_prefixes=sharing))
    return _with_slopes(shared).with_columns(verdict_9=_verdict())


def _with_slopes(study: Study) -> Study:
    if study.model is None:
        return study.with_columns(slope_z=pl.lit(None, dtype=pl.Float64))
    slopes = study.model.slopes().select(
        "group", slope_z=pl.col("slope_deviation") / pl.col("standard_error")
    )
    rows = study.peaks.select("row", "group").join(slopes, on="group", how="left")
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
    needs=("prefix", "group", "p_true", *CERAMIDE),
    gives=("sharing_prefixes", "slope_z", "verdict_9"),
    apply=apply,
    sentence=pl.format(
        "{} other prefixes carry this ceramide; the slope of its own departs from the common one "
        "by {} standard errors.",
        "sharing_prefixes",
        pl.col("slope_z").fill_null(0.0).round(1),
    ),
)
