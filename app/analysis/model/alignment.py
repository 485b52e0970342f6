"""The drift of each sample: how much later or earlier it elutes than the cohort."""

from dataclasses import replace

import numpy as np

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.peak_arrays import PeakArrays
from app.analysis.parallel import in_threads

# The usual times are told from blocks that lie evenly over the cohort, so many at most.
MOST_BLOCKS = 4


def align_samples(arrays: PeakArrays) -> PeakArrays:
    """The evidence with each sample's drift taken out of ``time_min``.

    A sample's drift is the median over the species it shares with others of how far its largest
    peak lies from the usual time of that species, the median of its largest peak over samples. A
    single sample has none.
    """
    if arrays.samples == 1:
        return arrays
    usual = _usual_times(arrays)
    parts = in_threads(lambda block: _without_drift(arrays.block(block), usual), arrays.blocks)
    return replace(arrays, time_min=np.concatenate(parts))


def _usual_times(arrays: PeakArrays) -> Array:
    """The usual time of each species, NaN for one that no two samples share."""
    step = -(-len(arrays.blocks) // MOST_BLOCKS)
    parts = in_threads(lambda block: _largest(arrays.block(block)), arrays.blocks[::step])
    species, time = (np.concatenate([part[n] for part in parts]) for n in (1, 2))
    usual, count = group_medians(species, time, arrays.names.height)
    return np.where(count > 1, usual, np.nan)


def _without_drift(arrays: PeakArrays, usual: Array) -> Array:
    """The times of a block of samples, each moved by its drift."""
    sample, species, time = _largest(arrays)
    off = time - usual[species]
    is_shared = ~np.isnan(off)
    drift, _ = group_medians(sample[is_shared], off[is_shared], arrays.samples)
    times: Array = arrays.rt_min - np.nan_to_num(drift)[arrays.sample]
    return times


def _largest(arrays: PeakArrays) -> tuple[Indices, Indices, Array]:
    """Sample, species and time of the largest peak of each; of two as large the earlier counts."""
    area = np.zeros(arrays.sample_species_count)
    np.maximum.at(area, arrays.sample_species, arrays.area)
    largest = arrays.area == area[arrays.sample_species]
    time = np.full(arrays.sample_species_count, np.inf)
    np.minimum.at(time, arrays.sample_species[largest], arrays.rt_min[largest])
    spot = np.flatnonzero(time < np.inf)
    return spot // arrays.names.height, spot % arrays.names.height, time[spot]


def group_medians(group: Indices, values: Array, groups: int) -> tuple[Array, Indices]:
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
