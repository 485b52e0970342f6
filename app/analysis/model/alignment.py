"""The drift of each sample: how much later or earlier it elutes than the cohort."""

from dataclasses import replace

import numpy as np

from app.analysis.evidence.peak_arrays import Evidence, Places
from app.analysis.model.regression import Array
from app.analysis.parallel import in_threads

# The usual times are told from blocks that lie evenly over the cohort, so many at most.
MOST_BLOCKS = 4


def aligned(evidence: Evidence) -> Evidence:
    """The evidence with each sample's drift taken out of ``time_min``.

    A sample's drift is the median over the species it shares with others of how far its largest
    peak lies from the usual time of that species, the median of its largest peak over samples. A
    single sample has none.
    """
    if evidence.samples == 1:
        return evidence
    usual = _usual_times(evidence)
    parts = in_threads(lambda block: _without_drift(evidence.block(block), usual), evidence.blocks)
    return replace(evidence, time_min=np.concatenate(parts))


def _usual_times(evidence: Evidence) -> Array:
    """The usual time of each species, NaN for one that no two samples share."""
    step = -(-len(evidence.blocks) // MOST_BLOCKS)
    parts = in_threads(lambda block: _largest(evidence.block(block)), evidence.blocks[::step])
    species, time = (np.concatenate([part[n] for part in parts]) for n in (1, 2))
    usual, count = group_medians(species, time, evidence.names.height)
    return np.where(count > 1, usual, np.nan)


def _without_drift(evidence: Evidence, usual: Array) -> Array:
    """The times of a block of samples, each moved by its drift."""
    sample, species, time = _largest(evidence)
    off = time - usual[species]
    is_shared = ~np.isnan(off)
    drift, _ = group_medians(sample[is_shared], off[is_shared], evidence.samples)
    times: Array = evidence.rt_min - np.nan_to_num(drift)[evidence.sample]
    return times


def _largest(evidence: Evidence) -> tuple[Places, Places, Array]:
    """Sample, species and time of the largest peak of each; of two as large the earlier counts."""
    area = np.zeros(evidence.spots)
    np.maximum.at(area, evidence.spot, evidence.area)
    largest = evidence.area == area[evidence.spot]
    time = np.full(evidence.spots, np.inf)
    np.minimum.at(time, evidence.spot[largest], evidence.rt_min[largest])
    spot = np.flatnonzero(time < np.inf)
    return spot // evidence.names.height, spot % evidence.names.height, time[spot]


def group_medians(group: Places, values: Array, groups: int) -> tuple[Array, Places]:
    """The median and the number of the values of each group; NaN for one without any."""
    count = np.bincount(group, minlength=groups)
    if not len(values):
        return np.full(groups, np.nan), count
    low = values.min()
    order = np.argsort(group * (values.max() - low + 1) + (values - low))
    first = np.cumsum(count) - count
    ordered = np.append(values[order], np.nan)
    middle = (ordered[first + (count - 1) // 2] + ordered[first + count // 2]) / 2
    return np.where(count > 0, middle, np.nan), count
