"""Which parents, expected where a peak elutes, were not picked.

A fragment elutes where its parent is expected, although no peak of the table is that parent. If
another peak of the sample is that parent already, at another time, the peak is no fragment of it.
"""

import msgspec
import numpy as np
from msgspec.structs import replace

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.peaks.peak_arrays import PeakArrays


def _no_places() -> Indices:
    return np.zeros(0, dtype=np.int64)


class UnpickedParents(msgspec.Struct, frozen=True, eq=False):
    """Pairs of a peak and a species that is expected where it elutes, as arrays (m,).

    ``peak`` is a position among the peaks and ``parent`` a number for the sample and the species;
    ``density`` is that of the time of the peak as one of its fragments, and ``share`` the share of
    the peaks of its prefix that come from the group of the parent. ``parent_of`` (candidates,)
    is the number within a sample of the species that a candidate is, -1 for one that no peak can
    come from, and ``kinds`` is how many there are. ``taken`` (samples * kinds,) is the probability
    that a peak is that species; None if that is not known yet. ``usual_open`` is the share of
    parents that are not taken, by which the others gain what those lose.
    """

    peak: Indices
    parent: Indices
    density: Array
    parent_of: Indices = msgspec.field(default_factory=_no_places)
    kinds: int = 0
    share: Array = msgspec.field(default_factory=lambda: np.zeros(0))
    taken: Array | None = None
    usual_open: float = 1.0

    @classmethod
    def by_time_alone(cls, density: Array) -> "UnpickedParents":
        """The density (n,) of all fragments that a peak can be, whatever their parents are."""
        peak = np.arange(len(density))
        return cls(peak, np.zeros_like(peak), density)

    def by_time(self, peaks: int) -> Array:
        """The density (n,) of the times of peaks as fragments of parents that were not picked."""
        return np.bincount(self.peak, self.open_density, peaks).astype(np.float64)

    @property
    def open_density(self) -> Array:
        """The density (m,) of each pair, less where a peak is the parent already."""
        if self.taken is None:
            return self.density
        density: Array = self.density * (1 - self.taken[self.parent]) / self.usual_open
        return density

    def without(self, arrays: PeakArrays, candidate: Indices, p_true: Array) -> "UnpickedParents":
        """The same, where peaks are their ``candidate`` (n,) with a probability (n,)."""
        if not self.kinds:
            return self
        taken = taken_parents(arrays, self.parent_of[candidate], p_true, self.kinds)
        return replace(self, taken=taken)


def taken_parents(arrays: PeakArrays, parent: Indices, p_true: Array, kinds: int) -> Array:
    """The probability (samples * kinds,) that a peak is each parent, given that of each peak.

    ``parent`` (n,) is the number within a sample of what each peak is, -1 for no parent.
    """
    at = np.flatnonzero(parent >= 0)
    cell = arrays.sample[at] * kinds + parent[at]
    found = np.bincount(cell, p_true[at], arrays.samples * kinds)
    taken: Array = np.minimum(found, 1.0)
    return taken
