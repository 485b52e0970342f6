"""Look up the peaks of a sample and species by their time."""

import numpy as np

from app.analysis.computing.stable_order import stable_order
from app.analysis.evidence.array_types import Array, Indices, Mask

# Cells with up to this many peaks are searched one peak at a time, in all cells at once, which is
# faster than a binary search for each.
FEW = 4
# The rounding of keys, as a share of the range of times, is less than this.
ROUNDING = 1e-6


class PeaksByCell:
    """The peaks sorted by cell (a sample and species), then by time, to be looked up.

    ``cell`` and ``rt_min`` are (n,), and there are ``cells``.
    """

    def __init__(self, cell: Indices, rt_min: Array, cells: int) -> None:
        self._start_min = float(rt_min.min())
        self._span_min = 2 * float(rt_min.max() - self._start_min) + 1.0
        key = cell * self._span_min + (rt_min - self._start_min)
        # Sorted by cell the keys are nearly in order, which a stable sort makes use of.
        order = stable_order(cell, cells)
        self.order = order[np.argsort(key[order], kind="stable")]
        self._key = key[self.order]
        self._count = np.bincount(cell, minlength=cells)
        self._first = np.cumsum(self._count) - self._count
        self._is_filled = self._count > 0
        self._earliest_min, self._latest_min = np.full((2, cells), np.inf)
        first, ordered_min = self._first[self._is_filled], rt_min[self.order]
        self._earliest_min[self._is_filled] = ordered_min[first]
        self._latest_min[self._is_filled] = ordered_min[first + self._count[self._is_filled] - 1]

    def is_filled(self, cell: Indices) -> Mask:
        """Whether each of some cells has a peak."""
        filled: Mask = self._is_filled[cell]
        return filled

    def may_have(self, cell: Indices, time_min: Array, reach_min: float) -> Mask:
        """Whether each of some cells has peaks before and after, and so perhaps within, a reach.

        It is true of all cells with a peak within reach; ``between`` finds those of the few others.
        """
        reach_min += ROUNDING * self._span_min
        may: Mask = self._earliest_min[cell] <= time_min + reach_min
        may &= self._latest_min[cell] >= time_min - reach_min
        return may

    def between(self, cell: Indices, low_min: Array, high_min: Array) -> tuple[Indices, Indices]:
        """The range of places in ``order`` of the peaks of a cell between two times."""
        count, first = self._count[cell], self._first[cell]
        low, high = first.copy(), first.copy()
        least, most = self._keys(cell, low_min), self._keys(cell, high_min)
        here, step = np.flatnonzero((count > 0) & (count <= FEW)), 0
        while len(here):
            key = self._key[first[here] + step]
            low[here] += key < least[here]
            high[here] += key <= most[here]
            step += 1
            here = here[count[here] > step]
        many = np.flatnonzero(count > FEW)
        low[many] = np.searchsorted(self._key, least[many])
        high[many] = np.searchsorted(self._key, most[many], side="right")
        return low, high

    def _keys(self, cell: Indices, time_min: Array) -> Array:
        """The keys of times in some cells, which are not those of a neighbouring cell."""
        edge = 0.25 * self._span_min
        keys: Array = np.clip(time_min - self._start_min, -edge, 3 * edge)
        keys += cell * self._span_min
        return keys
