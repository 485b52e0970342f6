"""Rule 5: which peaks can be in-source fragments of which.

A child shares sample and ceramide with its parent, elutes with it, and its glycan is the parent's
less sugars that are lost in the source (app/analysis/losses.py).
"""

from dataclasses import replace

import numpy as np
import polars as pl

from app.analysis.evidence import Places
from app.analysis.losses import losses
from app.analysis.regression import Array
from app.analysis.rule import Rule, Study

# Spread of the co-elution of fragment and parent: measured 0.009 min on porcine brain, here the
# prior for what the table itself shows, counting for so many pairs.
USUAL_SPREAD_MIN = 0.009
USUAL_COUNT = 20.0
LEAST_SPREAD_MIN = 0.003
# The gate in standard deviations: 0.04 min on porcine brain.
GATE_SDS = 4.5
ITERATIONS = 40
BINS = 400


def apply(study: Study) -> Study:
    """Find the pairs within the gate, which is estimated from the table."""
    tolerance = study.settings.rt_tolerance_min
    pairs = _pairs(study.usable, study.names, tolerance)
    spread = _spread(pairs["difference_min"].to_numpy(), tolerance)
    gate = min(tolerance, GATE_SDS * spread)
    pairs = pairs.filter(pl.col("difference_min").abs() <= gate)
    is_child = np.zeros(study.peaks.height, dtype=np.bool_)
    is_child[pairs["child"].to_numpy() - 1] = True
    verdict = (
        pl.when(pl.col("problem").is_not_null())
        .then(None)
        .when("has_parent")
        .then(pl.lit("possible fragment"))
        .otherwise(pl.lit("no parent"))
    )
    found = replace(study, pairs=pairs, fragment_sd_min=spread, gate_min=gate)
    found = found.with_columns(has_parent=pl.lit(pl.Series(is_child)), gate_min=pl.lit(gate))
    return found.with_columns(verdict_5=verdict)


def _pairs(peaks: pl.DataFrame, names: pl.DataFrame, tolerance_min: float) -> pl.DataFrame:
    """All (child, parent) rows of one sample and ceramide within the tolerance."""
    species = peaks["species_code"].cast(pl.Int64).to_numpy()
    sample = peaks["sample_code"].cast(pl.Int64).to_numpy()
    family = sample * names.height + names["family_code"].to_numpy()[species]
    times, area = peaks["rt_min"].to_numpy(), np.log10(peaks["peak_area"].to_numpy())
    first, second = _neighbours(family, times, tolerance_min)
    lost = losses(names.unique("glycan_code").sort("glycan_code"))
    kind = names["glycan_code"].to_numpy()[species]
    child, parent = np.concatenate([first, second]), np.concatenate([second, first])
    sugars = lost[kind[child], kind[parent]]
    child, parent, sugars = (ends[sugars > 0] for ends in (child, parent, sugars))
    row = peaks["row"].to_numpy()
    return pl.DataFrame(
        {
            "child": row[child],
            "parent": row[parent],
            "difference_min": times[child] - times[parent],
            "log_ratio": area[child] - area[parent],
            "lost_sugars": sugars,
        }
    )


def _neighbours(family: Places, times: Array, tolerance_min: float) -> tuple[Places, Places]:
    """Places of peaks of one family that elute within the tolerance.

    Sorted by family and time, a peak is compared with the next, those within reach with the next
    but one, and so on: as many steps as peaks elute together.
    """
    order = np.lexsort((times, family))
    family, times = family[order], times[order]
    found, here, step = [], np.arange(len(order)), 1
    while len(here):
        here = here[here + step < len(order)]
        there = here + step
        near = (family[here] == family[there]) & (times[there] - times[here] <= tolerance_min)
        here = here[near]
        found.append((order[here], order[here + step]))
        step += 1
    first, second = (np.concatenate(ends) for ends in zip(*found, strict=True))
    return first, second


def _spread(differences: Array, tolerance: float) -> float:
    """The standard deviation of true pairs, among chance pairs spread evenly over the tolerance."""
    counts, edges = np.histogram(np.abs(differences), bins=BINS, range=(0, tolerance))
    middle = (edges[1:] + edges[:-1]) / 2
    sd, share = USUAL_SPREAD_MIN, 0.5
    for _ in range(ITERATIONS if len(differences) else 0):
        true = share * np.exp(-0.5 * (middle / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
        p = counts * true / (true + (1 - share) / (2 * tolerance))
        squares = np.sum(p * middle**2) + USUAL_COUNT * USUAL_SPREAD_MIN**2
        sd = max(float(np.sqrt(squares / (np.sum(p) + USUAL_COUNT))), LEAST_SPREAD_MIN)
        share = float(np.clip(p.sum() / counts.sum(), 0.05, 0.95))
    return sd


RULE = Rule(
    number=5,
    title="In-source fragments",
    needs=("rt_min", "peak_area", "species_code", "sample_code", "problem"),
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
