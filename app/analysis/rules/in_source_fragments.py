"""Rule 5: find which peaks can be in-source fragments of which.

A child shares sample and ceramide with its parent, elutes with it, and its glycan is the parent's
less sugars that are lost in the source (app/analysis/names/sugar_losses.py).
"""

import math

import numpy as np
import polars as pl
from msgspec.structs import replace

from app.analysis.computing.parallel import in_threads
from app.analysis.computing.stable_order import stable_order
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.masses.mass_aliases import MassAliases
from app.analysis.evidence.peaks.coelution import CoelutingPairs, IonPairs
from app.analysis.evidence.peaks.ion_pairs import find_ion_pairs
from app.analysis.evidence.peaks.neighbours import neighbours
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.law.time_scale import usable_tolerance
from app.analysis.names.sugar_losses import lost_sugar_counts
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState, first_true_case
from app.analysis.state.data_warning import DataWarning

VERDICTS = ("possible fragment", "no parent")
# The standard deviation of the time difference of fragment and parent, 0.009 min on porcine brain
# (docs/science.md), is the prior of the table's own and counts for this number of pairs. Times here
# are in minutes of porcine brain (app/analysis/model/law/time_scale.py).
USUAL_SPREAD_MIN = 0.009
USUAL_COUNT = 20.0
LEAST_SPREAD_MIN = 0.003
# The gate in standard deviations; it was 0.04 min on porcine brain.
GATE_SDS = 4.5
ITERATIONS = 40
# Times have three decimals. Differences are rounded, so that equal ones stay equal.
DECIMALS = 9
BINS = 400


def apply(state: AnalysisState) -> AnalysisState:
    """Find the pairs of peaks within the gate, which is estimated from the table."""
    arrays = state.arrays
    tolerance = usable_tolerance(state.settings.rt_tolerance_min, arrays.time_scale)
    pairs = _all_pairs(arrays, tolerance)
    count = arrays.count[pairs.child]
    spread = _spread(pairs.difference_min, count, tolerance, arrays.time_scale)
    gate = min(tolerance, GATE_SDS * spread)
    arrays = _within_gate(arrays, pairs, gate, spread, state.settings.mz_tolerance_ppm)
    paired = replace(state, arrays=arrays, gate_min=gate)
    judged = paired.with_peak_columns(
        {"has_parent": arrays.has_parent, "verdict_5": first_true_case(arrays.has_parent)},
        verdict_5=VERDICTS,
    )
    return judged.warn(*_warnings(state.settings.rt_tolerance_min, tolerance))


def paired_again(state: AnalysisState, arrays: PeakArrays) -> AnalysisState:
    """The state with other peaks, paired by the gate and the spread that its table has shown."""
    gate, spread = state.gate_min, state.arrays.coelution_sd_min
    pairs, ppm = _all_pairs(arrays, gate), state.settings.mz_tolerance_ppm
    return replace(state, arrays=_within_gate(arrays, pairs, gate, spread, ppm))


def _all_pairs(arrays: PeakArrays, tolerance_min: float) -> CoelutingPairs:
    names = arrays.species_table
    glycans = names.rows(np.unique(names["glycan_code"], return_index=True)[1])
    lost = lost_sugar_counts(glycans, glycans)
    found = in_threads(lambda part: _pairs(part, lost, tolerance_min), arrays.parts)
    return CoelutingPairs.joined(found, arrays.blocks)


def _within_gate(
    arrays: PeakArrays, pairs: CoelutingPairs, gate_min: float, spread_min: float, ppm: float
) -> PeakArrays:
    near = pairs.only(np.abs(pairs.difference_min) <= gate_min + _rounding(arrays))
    return arrays.with_pairs(near, _ion_pairs(arrays, gate_min, ppm), spread_min)


def _ion_pairs(arrays: PeakArrays, gate_min: float, ppm: float) -> IonPairs:
    """All pairs of peaks in which the label of one has the mass of another ion of the other."""
    aliases = MassAliases.of(arrays.species_table, arrays.species_table, ppm)
    found = in_threads(lambda part: find_ion_pairs(part, aliases, gate_min), arrays.parts)
    return IonPairs.joined(found, arrays.blocks)


def _pairs(arrays: PeakArrays, lost: Indices, tolerance_min: float) -> CoelutingPairs:
    """All pairs of one sample and ceramide within the tolerance, sorted by child."""
    times, kind = arrays.rt_min, arrays.of_species("glycan_code")
    family = arrays.cell(arrays.of_species("ceramide_code"), arrays.names.height)
    first, second = neighbours(family, times, tolerance_min + _rounding(arrays))
    child, parent = np.concatenate([first, second]), np.concatenate([second, first])
    sugars = lost[kind[child], kind[parent]]
    places = np.flatnonzero(sugars)
    places = places[stable_order(child[places], len(times))]
    child, parent = child[places], parent[places]
    return CoelutingPairs(
        child=child,
        parent=parent,
        difference_min=_rounded(times[child] - times[parent], arrays.time_scale),
        log_ratio=arrays.log_area[child] - arrays.log_area[parent],
        lost=sugars[places],
    )


def _spread(differences: Array, count: Array, tolerance: float, scale: float) -> float:
    """The SD of true pairs in minutes, among chance pairs spread evenly over the tolerance.

    ``count`` (pairs,) is for how many observations each pair counts.
    """
    # Rounded, because differences of times with three decimals lie at the edges of the bins.
    places = np.floor(np.round(np.abs(differences) / tolerance * BINS, 6)).astype(np.int64)
    counts = np.bincount(np.minimum(places, BINS - 1), count, BINS)
    middle = (np.arange(BINS) + 0.5) * tolerance / BINS
    squares, pairs = middle**2, float(counts.sum())
    usual, least = USUAL_SPREAD_MIN * scale, LEAST_SPREAD_MIN * scale
    sd, share = usual, 0.5
    for _ in range(ITERATIONS if len(differences) else 0):
        true = share * np.exp(-0.5 * (middle / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
        p = counts * true / (true + (1 - share) / (2 * tolerance))
        weight = float(p.sum())
        total = float(np.sum(p * squares)) + USUAL_COUNT * usual**2
        sd = max(math.sqrt(total / (weight + USUAL_COUNT)), least)
        share = min(max(weight / pairs, 0.05), 0.95)
    return sd


def _rounded(differences: Array, scale: float) -> Array:
    """Differences of times, rounded so that those of times with few decimals stay equal."""
    rounded: Array = np.round(differences / scale, DECIMALS) * scale
    return rounded


def _rounding(arrays: PeakArrays) -> float:
    """Half of the last decimal of rounded differences, in minutes."""
    return float(0.5 * 10**-DECIMALS * arrays.time_scale)


def _warnings(given_min: float, used_min: float) -> list[DataWarning]:
    if used_min == given_min:
        return []
    text = (
        f"rt_tolerance is {given_min:g} min, which does not fit the time scale of this table: its "
        f"retention times suggest {used_min:.3g} min, which was used instead. If the times are in "
        "another unit than was read, correct the unit."
    )
    return [DataWarning("rt_tolerance_scale", text)]


RULE = Rule(
    number=5,
    title="In-source fragments",
    gives=("has_parent", "verdict_5"),
    apply=apply,
    sentence=pl.when("has_parent")
    .then(
        pl.format(
            "A heavier ganglioside of the same ceramide elutes within {} min of it and can give it "
            "by loss of sugars.",
            pl.col("gate_min").round(3),
        )
    )
    .otherwise(
        pl.format(
            "No heavier ganglioside of the same ceramide elutes within {} min of it.",
            pl.col("gate_min").round(3),
        )
    ),
)
