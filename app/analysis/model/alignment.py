"""Align samples: remove the drift of each, how much later or earlier it elutes than the cohort."""

from dataclasses import replace

import numpy as np

from app.analysis.computing.parallel import in_threads
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.peak_arrays import PeakArrays

# The most blocks, spread evenly over the cohort, from which the usual times are estimated.
MOST_BLOCKS = 4


def align_samples(arrays: PeakArrays) -> tuple[PeakArrays, Array]:
    """Remove the drift of each sample from ``time_min``; give the usual times (species,) as well.

    The usual time of a species is the median over samples of that of its largest peak. The drift of
    a sample is the median, over the species it shares with others, of how much later than usual its
    largest peak elutes. A single sample has no drift and no usual times.
    """
    if arrays.samples == 1:
        return arrays, np.full(arrays.names.height, np.nan)
    usual = _usual_times(arrays)
    parts = in_threads(lambda part: _without_drift(part, usual), arrays.parts)
    return replace(arrays, time_min=np.concatenate(parts)), usual


def count_far(arrays: PeakArrays, usual_min: Array, reach_min: float) -> tuple[Indices, Indices]:
    """How many species of each sample elute beyond reach of their usual time, and of how many.

    Of the peaks of a species the nearest counts: the largest may be another isomer or a fragment.
    """
    parts = in_threads(lambda part: _far(part, usual_min, reach_min), arrays.parts)
    far, shared = (np.concatenate(part) for part in zip(*parts, strict=True))
    return far, shared


def _far(arrays: PeakArrays, usual_min: Array, reach_min: float) -> tuple[Indices, Indices]:
    off = np.abs(arrays.time_min - usual_min[arrays.species])
    is_shared, is_near = np.zeros((2, arrays.sample_species_count), dtype=np.bool_)
    # A comparison with NaN is false.
    is_shared[arrays.sample_species[off >= 0]] = True
    is_near[arrays.sample_species[off <= reach_min]] = True
    shared, near = (
        each.reshape(arrays.samples, -1).sum(axis=1, dtype=np.int64)
        for each in (is_shared, is_near)
    )
    return shared - near, shared


def _usual_times(arrays: PeakArrays) -> Array:
    """The usual time of each species in minutes, NaN for one that only one sample has."""
    step = -(-len(arrays.parts) // MOST_BLOCKS)
    parts = in_threads(_largest, arrays.parts[::step])
    species, time = (np.concatenate([part[n] for part in parts]) for n in (1, 2))
    usual, count = group_medians(species, time, arrays.names.height)
    return np.where(count > 1, usual, np.nan)


def _without_drift(arrays: PeakArrays, usual: Array) -> Array:
    """The times of the peaks of a block of samples without the drift of each sample."""
    sample, species, time = _largest(arrays)
    off = time - usual[species]
    is_shared = ~np.isnan(off)
    drift, _ = group_medians(sample[is_shared], off[is_shared], arrays.samples)
    times: Array = arrays.rt_min - np.nan_to_num(drift)[arrays.sample]
    return times


def _largest(arrays: PeakArrays) -> tuple[Indices, Indices, Array]:
    """Sample, species and time of the largest peak of each; of two equal ones the earlier."""
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
