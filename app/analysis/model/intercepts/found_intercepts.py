"""The intercepts that a search has found so far, as possible parents of lighter prefixes."""

import math

import numpy as np

from app.analysis.computing.median import median
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.intercepts.intercept_scores import NEAR_SDS
from app.analysis.model.parents.possible_parents import USUAL_COUNT, USUAL_SHARE
from app.analysis.names.species_table import SpeciesTable
from app.analysis.names.sugar_losses import lost_sugar_counts

ROOT_2_PI = math.sqrt(2 * math.pi)


class FoundIntercepts:
    """The intercepts found so far, and the peaks that lie at each.

    ``base_min`` (species, prefixes) are the ``base_times`` of the model and ``adjusted_min`` (n,)
    the times of the peaks less those of their own prefix, both in minutes. ``width_min`` is the
    standard deviation of peaks about their intercept.
    """

    def __init__(
        self,
        arrays: PeakArrays,
        prefixes: SpeciesTable,
        base_min: Array,
        adjusted_min: Array,
        width_min: float,
    ) -> None:
        self._arrays, self._base_min = arrays, base_min
        self._adjusted_min, self._width_min = adjusted_min, width_min
        self._offset_min: list[float] = median(base_min).tolist()
        self._can_be_fragment = _can_be_fragment(prefixes)
        # The number of its prefix and the time of each intercept; the intercept of each peak or -1.
        self._intercepts: list[tuple[int, float]] = []
        self._intercept_of = np.full(len(arrays.row), -1, dtype=np.int64)

    def assign_peaks(self, number: int, rows: Indices, at: list[float]) -> None:
        """Add the intercepts of a prefix, and note which of its peaks ``rows`` lie at them."""
        if not at:
            return
        first = len(self._intercepts)
        self._intercepts += [(number, one) for one in at]
        miss = np.abs(self._adjusted_min[rows][:, None] - np.array(at))
        best = miss.argmin(axis=1)
        near = miss[np.arange(len(rows)), best] <= NEAR_SDS * self._width_min
        self._intercept_of[rows[near]] = first + best[near]

    def parents_at(self, number: int) -> list[float]:
        """The intercepts of possible parents of a prefix, on the scale of its own."""
        parents = [self._intercepts[n] for n in self._parents(number)]
        return [self._offset_min[q] - self._offset_min[number] + at for q, at in parents]

    def virtual(self, number: int, rows: Indices) -> Array:
        """The density of the peaks ``rows`` as fragments of species that were not picked."""
        of_parents = self._parents(number)
        if not of_parents:
            return np.zeros(len(rows))
        parents = np.array([self._intercepts[n][0] for n in of_parents])
        at = np.array([self._intercepts[n][1] for n in of_parents])
        times = self._base_min[self._arrays.species[rows]][:, parents] + at
        share = self._shares(rows, of_parents)
        z = (self._arrays.time_min[rows][:, None] - times) / self._width_min
        density: Array = np.exp(-0.5 * z**2) @ share
        return density / (self._width_min * ROOT_2_PI)

    def children(self, number: int, is_fragment: Mask) -> list[int]:
        """Count the peaks of fragments (n,) that co-elute with each isomer of a parent prefix."""
        isomers = [n for n, (prefix, _) in enumerate(self._intercepts) if prefix == number]
        pairs = self._arrays.pairs
        parents = self._intercept_of[pairs.parent[is_fragment[pairs.child]]]
        return [int(np.sum(parents == isomer)) for isomer in isomers]

    def _parents(self, number: int) -> list[int]:
        can_be = self._can_be_fragment[number].tolist()
        return [n for n, (q, _) in enumerate(self._intercepts) if can_be[q]]

    def _shares(self, rows: Indices, of_parents: list[int]) -> Array:
        """The share of the peaks that come from each parent intercept, by the picked parents."""
        pairs = self._arrays.pairs
        is_own = np.zeros(len(self._intercept_of), dtype=np.bool_)
        is_own[rows] = True
        own = is_own[pairs.child]
        parents = self._intercept_of[pairs.parent[own]]
        count = self._arrays.count
        counted = np.bincount(parents + 1, count[pairs.child[own]], len(self._intercepts) + 1)
        counts = counted[1:]
        pulled = counts[of_parents] + USUAL_SHARE * USUAL_COUNT / len(of_parents)
        share: Array = (pulled / (count[rows].sum() + USUAL_COUNT)).astype(np.float64)
        return share


def _can_be_fragment(prefixes: SpeciesTable) -> Mask:
    """Which prefix can be a fragment of which, (child, parent)."""
    # The model of the search is too rough to tell the few fragments that lose O-acetyl groups.
    acetyl = prefixes["oacetyl"]
    can: Mask = (lost_sugar_counts(prefixes, prefixes) > 0) & (acetyl[:, None] == acetyl)
    return can
