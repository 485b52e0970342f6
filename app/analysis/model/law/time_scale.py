"""The time scale of a table: how many of its minutes stand for one minute of porcine brain.

Gradients differ in length and tables in their unit of time. Every time that the analysis knows
beforehand (priors, gaps, widths) is given for porcine brain and multiplied by this scale, so that a
table and the same table with stretched times get the same calls (docs/adr/0047).
"""

import numpy as np

from app.analysis.computing.remembered import remembered
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.law.design import Levels, design
from app.analysis.model.law.retention_law import GLYCAN, SHAPE
from app.analysis.names.species_table import SpeciesTable

# Two species that are expected together still elute about this far apart: isomers, deviations of
# cores, noise. In minutes of porcine brain.
LEAST_APART = 0.3
# The most pairs of peaks that are compared.
MOST_PAIRS = 20_000
# So many peaks are compared in a cohort, if it has as many.
LEAST_PEAKS = 50
# From so many peaks a species and a place on, choosing peaks is faster than sorting all.
MANY_PEAKS = 100
# The tolerance of a table whose scale is 1, the default of the settings, and the number of rows
# that the scale it stands for counts as.
USUAL_TOLERANCE = 0.1
TOLERANCE_ROWS = 2
# A tolerance is taken for one that was meant for another scale outside of these bounds, in minutes
# of porcine brain: no fragment elutes that near to its parent, and nothing is resolved that far.
LEAST_TOLERANCE, MOST_TOLERANCE = 0.015, 2.0


def time_scale(arrays: PeakArrays, rt_tolerance_min: float) -> float:
    """The scale that the times of a table show; the tolerance of the settings counts as some rows.

    Pairs of peaks are compared: the median of how far they are apart over how far they are expected
    to be, each weighted by the latter (after Sen 1968, JASA 63:1379). Half of the peaks may be
    wrong, because those are apart as far as others are. Peaks that elute together within the
    tolerance are taken to be that far apart, because they do not show a scale.
    """
    of_tolerance = rt_tolerance_min / USUAL_TOLERANCE
    peaks = len(arrays.row)
    if peaks == 1:
        return of_tolerance
    species, times = _thinned(arrays)
    expected = expected_times(arrays.species_table)[species]
    steps = _steps(len(times))
    apart = np.concatenate([times[step:] - times[:-step] for step in steps])
    far = np.concatenate([expected[step:] - expected[:-step] for step in steps])
    apart, far = np.hypot(apart, rt_tolerance_min), np.hypot(far, LEAST_APART)
    ratio = _weighted_median(apart, far) / of_tolerance
    return of_tolerance * float(ratio ** (peaks / (peaks + TOLERANCE_ROWS)))


def usable_tolerance(rt_tolerance_min: float, scale: float) -> float:
    """The tolerance of the settings, or the usual one if it cannot be meant for this scale."""
    is_meant = LEAST_TOLERANCE * scale <= rt_tolerance_min <= MOST_TOLERANCE * scale
    return rt_tolerance_min if is_meant else USUAL_TOLERANCE * scale


@remembered  # the same peaks with straightened times have the same species
def expected_times(names: SpeciesTable) -> Array:
    """The time of each species by the means of the priors, in minutes of porcine brain.

    The constant of the equation is left out.
    """
    # Added HexNAc is among the neutral sugars here; rule 2 counts it.
    species = names.with_columns(group="", late=0, hexnac_added=0)
    means = [0.0, *(mean for mean, _ in (*SHAPE.values(), *GLYCAN.values()))]
    expected: Array = design(species, Levels((), (), ())) @ np.array(means)
    return expected


def _thinned(arrays: PeakArrays) -> tuple[Indices, Array]:
    """Species and time of one peak of each place, of those of a species sorted by time."""
    peaks, species = len(arrays.row), arrays.names.height
    step = max(min(arrays.samples, peaks // LEAST_PEAKS), 1)
    places = np.arange(step // 2, peaks, step)
    if min(step, peaks // species) < MANY_PEAKS:
        # Complex numbers are sorted by their real and then by their imaginary part, at one go.
        placed = np.empty(peaks, dtype=np.complex128)
        placed.real, placed.imag = arrays.species, arrays.time_min
        placed = np.sort(placed)[places]
        return placed.real.astype(np.int64), placed.imag
    # The few places are found without sorting the many peaks of each species.
    order = np.argsort(arrays.species.astype(np.min_scalar_type(species)), kind="stable")
    times, first = arrays.time_min[order], np.cumsum(np.bincount(arrays.species))
    chosen = np.searchsorted(first, places, side="right")
    starts = np.append(0, first)[chosen]
    found = np.empty(len(places))
    for one in np.unique(chosen):
        here = np.flatnonzero(chosen == one)
        ranks = places[here] - starts[here]
        found[here] = np.partition(times[starts[here[0]] : first[one]], ranks)[ranks]
    return chosen, found


def _steps(peaks: int) -> list[int]:
    """How far apart in their order peaks are compared: all pairs, or evenly chosen ones."""
    most = max(MOST_PAIRS // max(peaks, 1), 1)
    every = np.arange(1, peaks)
    chosen = every if len(every) <= most else every[:: -(-len(every) // most)]
    steps: list[int] = chosen.tolist()
    return steps


def _weighted_median(apart: Array, far: Array) -> float:
    """The median of ``apart`` over ``far``, weighted by ``far``."""
    ratio = apart / far
    order = np.argsort(ratio)
    total = np.cumsum(far[order])
    return float(ratio[order][np.searchsorted(total, total[-1] / 2)])
