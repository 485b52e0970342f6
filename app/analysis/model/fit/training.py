"""The training table of the retention model: one row for each species and isomer."""

import math
from functools import partial

import numpy as np
from msgspec.structs import replace

from app.analysis.computing.median import median
from app.analysis.computing.remembered import remembered
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.explaining.ions import is_isotope_of_picked
from app.analysis.evidence.explaining.mixture import run_length
from app.analysis.evidence.explaining.posterior import Posterior
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.fit.fit_retention import fit_retention
from app.analysis.model.fit.sugar_effects import with_sugars_as_shown
from app.analysis.model.law.candidates import Candidates
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.law.time_scale import expected_times
from app.analysis.model.least_squares.regression import ROUGHLY
from app.analysis.names.species_table import SpeciesTable

# The model is fitted to about this many peaks of a cohort: whole samples in the order of their
# names.
FITTED_PEAKS = 3_000
LIKELY = 0.5
# An anchor that elutes with a heavier ganglioside may be its fragment, so it counts less at first.
# So does the largest peak of a name without anchors.
TRUST_WITH_PARENT, TRUST_OF_LARGEST = 0.3, 0.15


def initial_model(arrays: PeakArrays) -> RetentionModel:
    """Fit a first model, with one intercept a prefix, to anchors and the largest peaks of names.

    Isomers and wrong anchors are errors to it; it shows the effect of the ceramide.
    """
    names = arrays.species_table
    prefixes = np.array(sorted(set(names["prefix"])), dtype=object)
    isomer_groups = SpeciesTable({"prefix": prefixes, "group": prefixes})
    candidates = Candidates.of(
        names.with_columns(letter=None), isomer_groups.with_columns(isomer=None, late=0)
    )
    trust = np.where(may_be_part(arrays), TRUST_WITH_PARENT, 1.0) * arrays.anchor
    trust = trust * ~arrays.has_other_mass
    trust = np.where(is_largest(arrays), np.maximum(trust, TRUST_OF_LARGEST), trust)
    chosen = trust > 0
    candidate = candidates.place[arrays.species, 0]
    training = _training_table(arrays, candidates, candidate, chosen, trust)
    model = with_sugars_as_shown(
        partial(
            fit_retention,
            training,
            *candidates.terms(training),
            time_scale=arrays.time_scale,
            constant=constant_of(arrays),
        ),
        arrays.time_scale,
    )
    # The spread of the peaks of a name shows the gap of its isomers, not that of single peaks.
    return replace(model, own_sd_min=0.0)


def refit_model(
    arrays: PeakArrays,
    candidates: Candidates,
    posterior: Posterior,
    start: RetentionModel,
    tolerance: float = ROUGHLY,
) -> RetentionModel:
    """Fit the model to the best peak of each name and isomer in each sample.

    Only peaks that are more likely than not are taken; without any, ``start`` is returned.
    """
    # At most one peak of a sample, name and isomer can be more likely than not.
    chosen = posterior.p_true >= LIKELY
    if not chosen.any():
        return start
    training = _training_table(arrays, candidates, posterior.candidate, chosen, posterior.p_true)
    terms, scale = candidates.terms(training), arrays.time_scale
    constant = constant_of(arrays)
    return fit_retention(training, *terms, start, tolerance, time_scale=scale, constant=constant)


@remembered  # each fit to the same peaks needs it
def constant_of(arrays: PeakArrays) -> tuple[float, float]:
    """The prior mean and standard deviation of the constant of the equation, in minutes.

    A species elutes somewhere in the run. Without that, a table with one usable peak would predict
    its species within hours, and a label would be unlikely at any time.
    """
    expected = expected_times(arrays.species_table)[arrays.species] * arrays.time_scale
    return float(median(arrays.time_min - expected)), run_length(arrays) / math.sqrt(12)


def _training_table(
    arrays: PeakArrays, candidates: Candidates, candidate: Indices, chosen: Mask, trust: Array
) -> SpeciesTable:
    """One row for each candidate that has chosen peaks, with their median time, sorted.

    ``squares`` sums those of all peaks about the median, each weighted by its trust, and ``weight``
    sums the trust: the chosen peaks alone lie nearer to their median than those of the species do.
    """
    peaks = np.flatnonzero(chosen)
    peaks = peaks[np.lexsort((arrays.time_min[peaks], candidate[peaks]))]
    met, first, rows = np.unique(candidate[peaks], return_index=True, return_counts=True)
    time = arrays.time_min[peaks]
    medians = (time[first + (rows - 1) // 2] + time[first + rows // 2]) / 2
    cells = {
        "rt_min": medians,
        **_spread(arrays.time_min, candidate, trust, met, medians),
        "trust": np.clip(np.add.reduceat(trust[peaks], first) / rows, 1e-3, 1.0),
        "anchors": np.add.reduceat(arrays.anchor[peaks], first, dtype=np.uint32),
        "rows": rows.astype(np.uint32),
        "candidate": met,
        "training_place": np.minimum.reduceat(peaks, first),
    }
    return candidates.table.rows(met).with_columns(**cells)


def _spread(
    times: Array, candidate: Indices, trust: Array, met: Indices, medians: Array
) -> dict[str, Array]:
    """Squares and weight of the peaks of each candidate in ``met``."""
    size = int(candidate.max()) + 1
    middle = np.full(size, np.nan)
    middle[met] = medians
    off = times - middle[candidate]
    cells = {"squares": trust * off**2, "weight": trust}
    return {n: np.bincount(candidate, v, size)[met].astype(float) for n, v in cells.items()}


def may_be_part(arrays: PeakArrays) -> Mask:
    """Which peaks can be a fragment or an isotope of a peak that they elute with."""
    return arrays.has_plain_parent | is_isotope_of_picked(arrays)


def is_largest(arrays: PeakArrays) -> Mask:
    """The largest peak of each name and sample, among those that co-elute with no parent.

    Names with an anchor are left out.
    """
    anchored = np.zeros(arrays.names.height, dtype=bool)
    anchored[arrays.species[arrays.anchor]] = True
    open_to = ~may_be_part(arrays) & ~anchored[arrays.species] & ~arrays.has_other_mass
    if not (open_to.any() or arrays.anchor.any()):
        open_to = np.ones(len(open_to), dtype=np.bool_)
    order = np.lexsort((arrays.time_min, -arrays.log_area))
    order = order[open_to[order]]
    _, first = np.unique(arrays.sample_species[order], return_index=True)
    largest = np.zeros(len(open_to), dtype=np.bool_)
    largest[order[first]] = True
    return largest
