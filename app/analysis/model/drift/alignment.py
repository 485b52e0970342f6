"""Align samples: remove the drift of each, how much later or earlier it elutes than the cohort."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from app.analysis.computing.parallel import in_threads
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.peaks.group_medians import group_medians
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.drift.drift_curves import DriftCurves, learn_curves
from app.analysis.model.drift.drift_offsets import Offsets

# The most blocks, spread evenly over the cohort, from which the usual times are estimated.
MOST_BLOCKS = 4
# Enough samples to learn from how drifts bend.
MOST_SAMPLES = 64
# Usual times and drifts found by turns; more turns change no more than the noise.
TURNS = 2


def align_samples(arrays: PeakArrays) -> tuple[PeakArrays, Array]:
    """Remove the drift of each sample from ``time_min``; give the usual times (species,) as well.

    The usual time of a species is the median over samples of that of its largest peak. The drift of
    a sample is the median, over the species it shares with others, of how much later than usual its
    largest peak elutes; where the cohort shows that drifts change along the gradient, it is a
    smooth curve over the usual time. Usual times and drifts are found by turns, because a drift
    moves the usual times. A single sample has no drift and no usual times.
    """
    if arrays.samples == 1:
        return arrays, np.full(arrays.names.height, np.nan)
    seen = in_threads(_Largest.of, arrays.parts[:: -(-len(arrays.parts) // MOST_BLOCKS)])
    usual, curves = _usual_times_and_curves(seen, arrays.names.height)

    def without_drift(part: PeakArrays) -> Array:
        offsets = _Largest.of(part).offsets(usual)
        return _without_drift(part.rt_min, part.sample, offsets, curves)

    parts = in_threads(without_drift, arrays.parts)
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


class _Largest(NamedTuple):
    """The largest peak of each species of each sample of a block; of two equal ones the earlier."""

    sample: Indices
    species: Indices
    rt_min: Array
    samples: int

    @classmethod
    def of(cls, arrays: PeakArrays) -> "_Largest":
        """Those of some peaks."""
        area, own = np.zeros(arrays.sample_species_count), np.nan_to_num(arrays.area)
        np.maximum.at(area, arrays.sample_species, own)
        largest = own == area[arrays.sample_species]
        time = np.full(arrays.sample_species_count, np.inf)
        np.minimum.at(time, arrays.sample_species[largest], arrays.rt_min[largest])
        spot = np.flatnonzero(time < np.inf)
        height = arrays.names.height
        return cls(spot // height, spot % height, time[spot], arrays.samples)

    def offsets(self, usual_min: Array) -> Offsets:
        """How much later than usual they elute, of the species with a usual time."""
        usual = usual_min[self.species]
        is_shared = ~np.isnan(usual)
        late_min = (self.rt_min - usual)[is_shared]
        return Offsets(self.sample[is_shared], usual[is_shared], late_min, self.samples)


def _usual_times_and_curves(
    seen: Sequence[_Largest], species_count: int
) -> tuple[Array, DriftCurves | None]:
    """The usual times of species without any drift, and what the drifts have in common."""
    usual, curves = _usual_times(seen, [each.rt_min for each in seen], species_count), None
    for _ in range(TURNS):
        times = [
            _without_drift(each.rt_min, each.sample, each.offsets(usual), curves) for each in seen
        ]
        usual = _usual_times(seen, times, species_count)
        curves = learn_curves(_first_samples([each.offsets(usual) for each in seen]))
    return usual, curves


def _usual_times(seen: Sequence[_Largest], times: Sequence[Array], species_count: int) -> Array:
    """The usual time of each species in minutes, NaN for one that only one sample has."""
    species = np.concatenate([each.species for each in seen])
    usual, count = group_medians(species, np.concatenate(times), species_count)
    return np.where(count > 1, usual, np.nan)


def _first_samples(blocks: Sequence[Offsets]) -> Offsets:
    """Those of a few samples of each block, numbered through; enough to learn how drifts bend."""
    most = -(-MOST_SAMPLES // len(blocks))
    kept = [block.only(np.arange(block.samples) < most) for block in blocks]
    before = np.cumsum([0, *(block.samples for block in kept)]).tolist()
    return Offsets(
        np.concatenate([block.sample + first for block, first in zip(kept, before, strict=False)]),
        np.concatenate([block.usual_min for block in kept]),
        np.concatenate([block.late_min for block in kept]),
        before[-1],
    )


def _without_drift(
    rt_min: Array, sample: Indices, offsets: Offsets, curves: DriftCurves | None
) -> Array:
    """The times of some peaks of a block of samples without the drift of each sample."""
    times: Array = rt_min - np.nan_to_num(offsets.levels())[sample]
    if curves is None:
        return times
    return curves.removed_from(rt_min, times, sample, curves.of(offsets))
