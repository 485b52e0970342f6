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
    peaks = PeaksByCell.of(arrays)
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

    def __init__(self, order: Indices, key: Array, start_min: float, span_min: float) -> None:
        self.order, self._key = order, key
        self._start_min, self._span_min = start_min, span_min

    @classmethod
    def of(cls, arrays: PeakArrays) -> "PeaksByCell":
        """Sort the peaks."""
        start = float(arrays.rt_min.min())
        span = 2 * float(arrays.rt_min.max() - start) + 1.0
        key = arrays.sample_species * span + (arrays.rt_min - start)
        order = np.argsort(key, kind="stable")
        return cls(order, key[order], start, span)

    def between(self, cell: Indices, low_min: Array, high_min: Array) -> tuple[Indices, Indices]:
        """The range of places in ``order`` of the peaks of a cell between two times."""
        edge = 0.25 * self._span_min
        low, high = (
            np.clip(time - self._start_min, -edge, 3 * edge) for time in (low_min, high_min)
        )
        return (
            np.searchsorted(self._key, cell * self._span_min + low),
            np.searchsorted(self._key, cell * self._span_min + high, side="right"),
        )


def _each(count: Indices, first: Indices) -> tuple[Indices, Indices]:
    """Which of several ranges each of their members is of, and the member itself."""
    owner = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    return owner, first[owner] + step
