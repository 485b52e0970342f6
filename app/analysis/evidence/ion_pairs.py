"""Find the peaks whose label has the mass of an ion of a peak that elutes with them."""

import numpy as np

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.coelution import IonPairs
from app.analysis.evidence.mass_aliases import MassAliases
from app.analysis.evidence.peak_arrays import PeakArrays


def find_ion_pairs(arrays: PeakArrays, aliases: MassAliases, gate_min: float) -> IonPairs:
    """All pairs of peaks of one sample within a gate, sorted by child.

    ``aliases`` are pairs of the species of ``arrays``.
    """
    if not len(aliases.child):
        return IonPairs.none()
    species = np.arange(arrays.names.height + 1)
    first = np.searchsorted(aliases.child, species)
    child, alias = _each(np.diff(first)[arrays.species], first[:-1][arrays.species])
    peaks = PeaksByCell(arrays)
    low, high = peaks.between(
        arrays.cell(np.zeros_like(arrays.sample), arrays.names.height)[child]
        + aliases.parent[alias],
        arrays.rt_min[child] - gate_min,
        arrays.rt_min[child] + gate_min,
    )
    pair, place = _each(high - low, low)
    child, alias, parent = child[pair], alias[pair], peaks.order[place]
    return IonPairs(
        child=child,
        parent=parent,
        difference_min=arrays.rt_min[child] - arrays.rt_min[parent],
        log_ratio=arrays.log_area[child] - arrays.log_area[parent] - aliases.log_ratio[alias],
        lost=aliases.lost[alias],
        kind=aliases.kind[alias],
        ppm=aliases.ppm[alias],
    )


class PeaksByCell:
    """The peaks sorted by sample and species, then by time, to be looked up."""

    def __init__(self, arrays: PeakArrays) -> None:
        self._start_min = float(arrays.rt_min.min())
        self._span_min = 2 * float(arrays.rt_min.max() - self._start_min) + 1.0
        key = arrays.sample_species * self._span_min + (arrays.rt_min - self._start_min)
        self.order = np.argsort(key, kind="stable")
        self._key = key[self.order]
        self._count = np.bincount(arrays.sample_species, minlength=arrays.sample_species_count)
        self._first = np.cumsum(self._count) - self._count

    def between(self, cell: Indices, low_min: Array, high_min: Array) -> tuple[Indices, Indices]:
        """The range of places in ``order`` of the peaks of a cell between two times."""
        low, high = self._first[cell], self._first[cell]
        # Most cells have no peak or one, for which a comparison is faster than a search.
        count = self._count[cell]
        one, several = np.flatnonzero(count == 1), np.flatnonzero(count > 1)
        key = self._key[low[one]]
        low[one] += key < self._keys(cell[one], low_min[one])
        high[one] += key <= self._keys(cell[one], high_min[one])
        least, most = (self._keys(cell[several], each[several]) for each in (low_min, high_min))
        low[several] = np.searchsorted(self._key, least)
        high[several] = np.searchsorted(self._key, most, side="right")
        return low, high

    def _keys(self, cell: Indices, time_min: Array) -> Array:
        """The keys of times in some cells, which are not those of a neighbouring cell."""
        edge = 0.25 * self._span_min
        time = np.clip(time_min - self._start_min, -edge, 3 * edge).astype(np.float64)
        return cell * self._span_min + time


def _each(count: Indices, first: Indices) -> tuple[Indices, Indices]:
    """Which of several ranges each of their members is of, and the member itself."""
    owner = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    return owner, first[owner] + step
