"""Rule 4: an O-acetyl group makes a ganglioside elute later, by a little.

A form with k groups is compared with the base form of the same ceramide, glycan and isomer in the
same sample. What k groups do is learnt from the other prefixes of the table; on porcine brain it is
+0.058 min for each group (median), and up to 0.15 min.
"""

import math
from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.computing.stable_order import stable_order
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.peaks.group_medians import group_medians
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.law.straight_law import Contrast
from app.analysis.model.steps.pooled_effect import effect_elsewhere
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState, PeakColumns, first_true_case
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning

VERDICTS = (None, "not testable", "as expected", "unexpected")
# In minutes of porcine brain; it only chooses between several base forms.
USUAL_LATER_MIN = 0.058
LIKELY = 0.5
UNEXPECTED_Z = 2.0


class Bases(NamedTuple):
    """Positions of base forms, sorted by cell, and where those of each cell begin and end.

    A cell is a number for sample, ceramide and glycan.
    """

    place: Indices
    begin: Indices
    end: Indices


def apply(state: AnalysisState) -> AnalysisState:
    """Compare each O-acetylated peak with the base form nearest to the usual difference."""
    judged = state.with_peak_columns(state.in_blocks(_compared))
    later, groups = judged["later_than_base_min"], judged.arrays.of_species("oacetyl")
    expected, error = _expected(judged, later, groups)
    is_far = np.abs(later - expected) > UNEXPECTED_Z * error
    is_usual = (np.sign(later) == np.sign(expected)) & ~is_far
    verdict = first_true_case(groups == 0, np.isnan(later), is_usual)
    found: PeakColumns = {
        "usual_later_min": expected,
        "usual_error_min": error,
        "verdict_4": verdict,
    }
    judged = judged.with_peak_columns(found, verdict_4=VERDICTS)
    return judged.warn(*_warnings(judged, is_far & (groups > 0)))


def _expected(state: AnalysisState, later: Array, groups: Indices) -> tuple[Array, Array]:
    """How much later than its base form each peak should elute by other prefixes, with its error.

    The error includes that of the two times.
    """
    arrays = state.arrays
    noise = math.sqrt(2) * (state.model.peak_sd_min if state.model else 0.0)
    known = np.flatnonzero(~np.isnan(later) & (state["p_true"] >= LIKELY))
    prefix, prefixes = arrays.prefix[known], int(arrays.prefix.max()) + 1
    middle, _ = group_medians(prefix, later[known] / groups[known], prefixes)
    weight = np.bincount(prefix, arrays.count[known] * groups[known] ** 2, prefixes)
    shown = {
        number: Contrast(float(middle[number]), noise / math.sqrt(weight[number]))
        for number in np.flatnonzero(weight).tolist()
    }
    effects = np.array(
        [
            effect_elsewhere(
                "OAc", [one for other, one in shown.items() if other != number], arrays.time_scale
            )
            for number in range(prefixes)
        ]
    )
    of_species = effects[arrays.names["prefix_code"].to_numpy()]
    effect, scatter = of_species.T * arrays.names["oacetyl"].to_numpy()
    return effect[arrays.species], np.hypot(scatter, noise)[arrays.species]


def _compared(state: AnalysisState) -> PeakColumns:
    """The row of the base form of each peak, and how much later than it the peak elutes."""
    arrays = state.arrays
    groups, base = arrays.of_species("oacetyl"), arrays.of_species("base_code")
    cell = arrays.cell(base, arrays.names.height)
    peaks = np.flatnonzero(groups)
    has_form = np.zeros(arrays.sample_species_count, dtype=np.bool_)
    has_form[cell[peaks]] = True
    is_base = (groups == 0) & has_form[cell] & (state["p_true"] >= LIKELY)
    bases = _bases(cell, is_base, len(has_form))
    best = np.full(len(peaks), -1, dtype=np.int64)
    least = np.full(len(peaks), np.inf)
    first, last = bases.begin[cell[peaks]], bases.end[cell[peaks]]
    for step in range(int((last - first).max(initial=0))):
        here = np.flatnonzero(first + step < last)
        peak, other = peaks[here], bases.place[(first + step)[here]]
        off = _off(arrays, peak, other, groups[peak], state["isomer"])
        is_better = off < least[here]
        best[here[is_better]], least[here[is_better]] = other[is_better], off[is_better]
    return _base_columns(arrays, peaks[best >= 0], best[best >= 0])


def _bases(cell: Indices, is_base: Mask, cells: int) -> Bases:
    places = np.flatnonzero(is_base)
    count = np.bincount(cell[places], minlength=cells)
    end = np.cumsum(count)
    return Bases(places[stable_order(cell[places], cells)], end - count, end)


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


def _warnings(state: AnalysisState, is_far: Mask) -> list[DataWarning]:
    is_odd = is_far & (state["p_true"] >= LIKELY)
    if not is_odd.any():
        return []
    text = (
        "Some O-acetylated species fit their model, but elute much sooner or later after their "
        "base form than other O-acetylated species do. Look at these rows."
    )
    rows = np.sort(state.arrays.row[is_odd])
    return [DataWarning("o_acetylation", text, tuple(rows[:SHOWN_ROWS].tolist()))]


RULE = Rule(
    number=4,
    title="O-acetylation",
    needs=("p_true", "isomer"),
    gives=(
        *("base_row", "later_than_base_min", "usual_later_min", "usual_error_min"),
        "verdict_4",
    ),
    apply=apply,
    sentence=pl.when(pl.col("verdict_4") == "not testable")
    .then(
        pl.lit(
            "No row is likely to be its base form, which has no O-acetyl groups, so this cannot be "
            "tested."
        )
    )
    .when(pl.col("verdict_4").is_not_null())
    .then(
        pl.format(
            "It elutes {} min {} its base form, row {}. From the other classes of the table and "
            "from porcine brain, {} O-acetyl {} should make it {} ± {} min later.",
            pl.col("later_than_base_min").abs().round(3),
            pl.when(pl.col("later_than_base_min") < 0)
            .then(pl.lit("before"))
            .otherwise(pl.lit("after")),
            pl.col("base_row").cast(pl.UInt32),
            "oacetyl",
            pl.when(pl.col("oacetyl") == 1).then(pl.lit("group")).otherwise(pl.lit("groups")),
            pl.col("usual_later_min").round(3),
            pl.col("usual_error_min").round(3),
        )
    ),
)
