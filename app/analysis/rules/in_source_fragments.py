"""Rule 5: which peaks can be in-source fragments of which.

A child shares sample and ceramide with its parent, elutes with it, and its glycan is the parent's
less sugars that are lost in the source (app/analysis/losses.py).
"""

from dataclasses import replace

import numpy as np
import polars as pl

from app.analysis.losses import CERAMIDE, LOSABLE, can_come_from, lost_sugars
from app.analysis.rule import Rule, Study

# Spread of the co-elution of fragment and parent: measured 0.009 min on porcine brain, here the
# prior for what the table itself shows, counting for so many pairs.
USUAL_SPREAD_MIN = 0.009
USUAL_COUNT = 20.0
LEAST_SPREAD_MIN = 0.003
# The gate in standard deviations: 0.04 min on porcine brain.
GATE_SDS = 4.5
ITERATIONS = 40


def apply(study: Study) -> Study:
    """Find the pairs within the gate, which is estimated from the table."""
    pairs = _pairs(study.usable, study.settings.rt_tolerance_min)
    spread = _spread(pairs["difference_min"].to_numpy(), study.settings.rt_tolerance_min)
    gate = min(study.settings.rt_tolerance_min, GATE_SDS * spread)
    pairs = pairs.filter(pl.col("difference_min").abs() <= gate)
    children = pairs.select(row=pl.col("child").unique()).with_columns(
        has_parent=pl.lit(value=True)
    )
    has_parent = pl.col("has_parent").fill_null(value=False)
    verdict = (
        pl.when(pl.col("problem").is_not_null())
        .then(None)
        .when(has_parent)
        .then(pl.lit("possible fragment"))
        .otherwise(pl.lit("no parent"))
    )
    found = replace(study, pairs=pairs, fragment_sd_min=spread).with_rows(children)
    return found.with_columns(has_parent=has_parent, verdict_5=verdict, gate_min=pl.lit(gate))


def _pairs(peaks: pl.DataFrame, tolerance_min: float) -> pl.DataFrame:
    """All (child, parent) rows of one sample and ceramide within the tolerance.

    To keep the join small it runs over bins of retention time one tolerance wide, where a child
    meets the parents of its own bin and of both neighbours.
    """
    bins = (pl.col("rt_min") / tolerance_min).floor().cast(pl.Int64).alias("bin")
    columns = ("row", "sample", "rt_min", "peak_area", *CERAMIDE, *LOSABLE)
    children = peaks.select(*columns, bins)
    parents = children.with_columns(bin=pl.concat_list(pl.col("bin") + n for n in (-1, 0, 1)))
    joined = children.join(
        parents.explode("bin"), on=["sample", *CERAMIDE, "bin"], suffix="_parent"
    )
    difference = pl.col("rt_min") - pl.col("rt_min_parent")
    return joined.filter(can_come_from(), difference.abs() <= tolerance_min).select(
        child=pl.col("row"),
        parent=pl.col("row_parent"),
        difference_min=difference,
        log_ratio=(pl.col("peak_area") / pl.col("peak_area_parent")).log10(),
        lost_sugars=lost_sugars(),
    )


def _spread(differences: "np.ndarray[tuple[int], np.dtype[np.float64]]", tolerance: float) -> float:
    """The standard deviation of true pairs, among chance pairs spread evenly over the tolerance."""
    sd, share = USUAL_SPREAD_MIN, 0.5
    for _ in range(ITERATIONS if len(differences) else 0):
        true = share * np.exp(-0.5 * (differences / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
        p = true / (true + (1 - share) / (2 * tolerance))
        squares = np.sum(p * differences**2) + USUAL_COUNT * USUAL_SPREAD_MIN**2
        sd = max(float(np.sqrt(squares / (np.sum(p) + USUAL_COUNT))), LEAST_SPREAD_MIN)
        share = float(np.clip(p.mean(), 0.05, 0.95))
    return sd


RULE = Rule(
    number=5,
    title="In-source fragments",
    needs=("rt_min", "peak_area", *CERAMIDE, *LOSABLE, "problem"),
    gives=("has_parent", "gate_min", "verdict_5"),
    apply=apply,
    sentence=pl.when("has_parent")
    .then(pl.lit("It elutes with a heavier ganglioside of the same ceramide that can lose sugars."))
    .otherwise(
        pl.format(
            "No heavier ganglioside of the same ceramide elutes within {} min of it.",
            pl.col("gate_min").round(3),
        )
    ),
)
