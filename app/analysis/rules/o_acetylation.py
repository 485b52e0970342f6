"""Rule 4: an O-acetyl group makes a ganglioside elute later, by a little.

Measured on porcine brain: +0.058 min for each group (median). A form with k groups is compared with
the base form of the same ceramide, glycan and isomer in the same sample: 0 < difference <= 0.15 k,
in minutes of porcine brain (app/analysis/model/time_scale.py).
"""

import math
from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.peak_arrays import PeakArrays
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState, PeakColumns, first_true_case
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning

VERDICTS = (None, "not testable", "as expected", "unexpected")
MOST_LATER_MIN = 0.15
USUAL_LATER_MIN = 0.058
LIKELY = 0.5
# A warning needs a difference beyond this many standard deviations of the noise.
REPORTED_SDS = 2.0


class Bases(NamedTuple):
    """Positions of base forms, sorted by ``cell``: a number for sample, ceramide and glycan."""

    place: Indices
    cell: Indices


def apply(state: AnalysisState) -> AnalysisState:
    """Compare each O-acetylated peak with the base form nearest to the usual difference."""
    judged = state.with_peak_columns(state.in_blocks(_compared))
    later, groups = judged["later_than_base_min"], judged.arrays.of_species("oacetyl")
    most_later_min = MOST_LATER_MIN * judged.arrays.time_scale
    is_late = (later > 0) & (later <= most_later_min * groups)
    verdict = first_true_case(groups == 0, np.isnan(later), is_late)
    judged = judged.with_peak_columns({"verdict_4": verdict}, verdict_4=VERDICTS)
    return judged.warn(*_warnings(judged, later, groups))


def _compared(state: AnalysisState) -> PeakColumns:
    """The row of the base form of each peak, and how much later than it the peak elutes."""
    arrays = state.arrays
    groups, base = arrays.of_species("oacetyl"), arrays.of_species("base_code")
    cell = arrays.cell(base, arrays.names.height)
    bases = _bases(cell, (groups == 0) & (state["p_true"] >= LIKELY))
    peaks = np.flatnonzero(groups)
    best = np.full(len(peaks), -1, dtype=np.int64)
    least = np.full(len(peaks), np.inf)
    first, last = (np.searchsorted(bases.cell, cell[peaks], side) for side in ("left", "right"))
    for step in range(int((last - first).max(initial=0))):
        here = np.flatnonzero(first + step < last)
        peak, other = peaks[here], bases.place[(first + step)[here]]
        off = _off(arrays, peak, other, groups[peak], state["isomer"])
        is_better = off < least[here]
        best[here[is_better]], least[here[is_better]] = other[is_better], off[is_better]
    return _base_columns(arrays, peaks[best >= 0], best[best >= 0])


def _bases(cell: Indices, is_base: Mask) -> Bases:
    places = np.flatnonzero(is_base)
    places = places[np.argsort(cell[places], kind="stable")]
    return Bases(places, cell[places])


def _off(
    arrays: PeakArrays, peak: Indices, base: Indices, groups: Indices, isomer: Indices
) -> Array:
    """How far a base form is from the usual difference, in minutes; infinite for another isomer.

    Two peaks are compared if the isomer of either is not known.
    """
    differs = (isomer[peak] != isomer[base]) & (isomer[peak] > 0) & (isomer[base] > 0)
    usual_min = USUAL_LATER_MIN * arrays.time_scale
    off = np.abs(arrays.rt_min[peak] - arrays.rt_min[base] - usual_min * groups)
    return np.where(differs, np.inf, off)


def _base_columns(arrays: PeakArrays, peak: Indices, base: Indices) -> PeakColumns:
    base_row, later = np.full((2, len(arrays.row)), np.nan)
    base_row[peak] = arrays.row[base]
    later[peak] = arrays.rt_min[peak] - arrays.rt_min[base]
    return {"base_row": base_row, "later_than_base_min": later}


def _warnings(state: AnalysisState, later: Array, groups: Indices) -> list[DataWarning]:
    noise = state.model.peak_sd_min if state.model else 0.0
    most_later_min = MOST_LATER_MIN * state.arrays.time_scale
    beyond = np.fmax(-later, later - most_later_min * groups)
    # The difference of two times has the noise of one times the square root of two.
    is_odd = (beyond > REPORTED_SDS * math.sqrt(2) * noise) & (state["p_true"] >= LIKELY)
    if not is_odd.any():
        return []
    text = (
        "Some O-acetylated species that fit their model do not elute shortly after their base "
        "form. Look at these rows."
    )
    rows = np.sort(state.arrays.row[is_odd])
    return [DataWarning("o_acetylation", text, tuple(rows[:SHOWN_ROWS].tolist()))]


RULE = Rule(
    number=4,
    title="O-acetylation",
    needs=("p_true", "isomer"),
    gives=("base_row", "later_than_base_min", "verdict_4"),
    apply=apply,
    sentence=pl.when(pl.col("verdict_4") == "not testable")
    .then(pl.lit("Its base form without O-acetyl groups was not found, so this cannot be tested."))
    .when(pl.col("verdict_4").is_not_null())
    .then(
        pl.format(
            "It elutes {} min {} its base form in row {}; {} O-acetyl groups explain up to {}.",
            pl.col("later_than_base_min").abs().round(3),
            pl.when(pl.col("later_than_base_min") < 0)
            .then(pl.lit("before"))
            .otherwise(pl.lit("after")),
            pl.col("base_row").cast(pl.UInt32),
            "oacetyl",
            (MOST_LATER_MIN * pl.col("time_scale") * pl.col("oacetyl")).round(2),
        )
    ),
)
