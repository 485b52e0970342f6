"""How often a label that cannot be right is accepted by chance, measured with decoys.

A decoy is a rejected peak under the name of another rejected peak: its time and area are real, and
its name has nothing to do with them (target and decoy: Elias and Gygi 2007, Nat Methods 4:207; for
metabolites Palmer et al. 2017, Nat Methods 14:57). It is judged as a peak of that name would be, by
the fitted model and in competition with the species that is already found there.

Wrong labels may come nearer to their species than decoys do, or keep away from them. So those that
are rejected for a little are counted, and accepted ones are taken to be as many times as frequent
as among decoys (as Storey 2002, J R Stat Soc B 64:479, counts what surely is wrong). Where another
peak of the sample is the species, a wrong label cannot be accepted, however near it lies: isobars
elute beside species that are there. So only labels whose species no other peak is are counted. One
more is added to either count, so that few rows say little (Levitsky et al. 2017, J Proteome Res
16:393).
"""

import numpy as np

from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.explaining.mixture import Mixture
from app.analysis.evidence.explaining.posterior import Posterior
from app.analysis.evidence.peaks.peak_arrays import PeakArrays

# Each rejected peak takes the names of so many others, and of fewer in a table of very many peaks.
NAMES_OF_PEAK, MOST_DECOYS = 20, 10_000
ACCEPTED_FROM = 0.5
# Up to so many times the threshold from its prediction a peak nearly has its label. Peaks that
# something else explains say nothing of wrong labels.
NEARLY, UNEXPLAINED_FROM = 3.0, 0.5
# The least probability with which another peak is the species of a label, which it then cannot be.
TAKEN_FROM = 0.5
# Smaller probabilities count as this.
LEAST_PROBABILITY = 1e-300


def accepted_decoys(
    arrays: PeakArrays,
    candidates: Indices,
    predicted: tuple[Array, Array],
    mixture: Mixture,
    posterior: Posterior,
    most_sds: float,
) -> float | None:
    """The share of wrong labels that are accepted, None if no two names were rejected.

    It is the share of decoys that are accepted, times how much more frequent wrong labels are near
    their species than decoys are; it can be more than 1.

    The arguments are those of ``explain_peaks`` and what it found. A peak within ``most_sds`` of
    its prediction is accepted where its label is more likely than not.
    """
    off = np.abs(arrays.time_min - posterior.predicted_min)
    is_accepted = (posterior.p_true >= ACCEPTED_FROM) & (off <= most_sds * posterior.sd_min)
    peak, species = _decoys(arrays, np.flatnonzero(~is_accepted))
    if not len(peak):
        return None
    mean, sd = predicted
    time_min = arrays.time_min[peak]
    candidate = _nearest(time_min, candidates[species], mean, sd)
    of_label = mixture.log_time(time_min, mean[candidate], sd[candidate])
    of_label += mixture.log_true(arrays)[peak]
    log_odds = of_label - _log_rest(arrays, mixture, posterior, peak, time_min - mean[candidate])
    log_odds = mixture.weighed(arrays, log_odds, peak)
    of_labels, of_decoys = _taken(arrays, posterior, len(mean), peak, candidate)
    free = np.log(np.maximum(1 - of_decoys, LEAST_PROBABILITY))
    sds = np.abs(time_min - mean[candidate]) / sd[candidate]
    accepted = float(np.mean((sds <= most_sds) & (log_odds + free >= 0)))
    unexplained = posterior.p_other >= UNEXPLAINED_FROM
    near = _is_near(off / posterior.sd_min, most_sds) & unexplained & (of_labels < TAKEN_FROM)
    near_decoys = _is_near(sds, most_sds) & unexplained[peak] & (of_decoys < TAKEN_FROM)
    expected = float(near_decoys.mean()) * int(np.sum(~is_accepted))
    return accepted * (int(near.sum()) + 1) / (expected + 1)


def _decoys(arrays: PeakArrays, rejected: Indices) -> tuple[Indices, Indices]:
    """The peak and the false species of each decoy.

    Sorted by name and time, each peak takes the names of those at equal distances after it. So the
    same peaks in another order have the same decoys.
    """
    peaks = rejected[np.lexsort((arrays.time_min[rejected], arrays.species[rejected]))]
    names = min(NAMES_OF_PEAK, len(peaks) - 1, max(MOST_DECOYS // max(len(peaks), 1), 1))
    steps = np.arange(1, names + 1) * len(peaks) // (names + 1)
    species = arrays.species[peaks]
    false = species[(np.arange(len(peaks)) + steps[:, None]) % max(len(peaks), 1)]
    differs = false != species
    return np.broadcast_to(peaks, false.shape)[differs], false[differs]


def _nearest(time_min: Array, options: Indices, mean: Array, sd: Array) -> Indices:
    """The candidate that each time misses by the fewest standard deviations."""
    miss = np.abs(time_min[:, None] - mean[options]) / sd[options]
    miss[options < 0] = np.inf
    nearest: Indices = options[np.arange(len(options)), miss.argmin(axis=1)]
    return nearest


def _taken(
    arrays: PeakArrays, posterior: Posterior, candidates: int, peak: Indices, candidate: Indices
) -> tuple[Array, Array]:
    """How probably another peak of the sample is the species of each label, and of each decoy."""
    place = arrays.cell(posterior.candidate, candidates)
    found = np.bincount(
        place, posterior.p_true, minlength=int(arrays.sample.max() + 1) * candidates
    )
    return found[place] - posterior.p_true, found[arrays.sample[peak] * candidates + candidate]


def _log_rest(
    arrays: PeakArrays, mixture: Mixture, posterior: Posterior, peak: Indices, off_min: Array
) -> Array:
    """The log density of decoys by all explanations but their label.

    An unexplained ``peak`` is as likely as at the distance ``off_min`` from the species of its
    false label, all else as it is.
    """
    p_other = np.maximum(posterior.p_other, LEAST_PROBABILITY)
    known = np.maximum(1 - posterior.p_true - posterior.p_other, LEAST_PROBABILITY)
    own = mixture.log_nearness(arrays, arrays.time_min - posterior.predicted_min)
    log_known = (own + np.log(known) - np.log(p_other))[peak]
    log_density = np.logaddexp(log_known, mixture.log_nearness(arrays, off_min))
    density: Array = mixture.log_other(arrays)[peak] + log_density
    return density


def _is_near(sds: Array, most_sds: float) -> Mask:
    """Which peaks, so many standard deviations from a prediction, lie just beyond the threshold."""
    near: Mask = (sds > most_sds) & (sds <= NEARLY * most_sds)
    return near
