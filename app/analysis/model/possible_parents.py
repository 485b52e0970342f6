"""The possible parents of in-source fragments, and where parents not picked would elute."""

from dataclasses import dataclass, replace

import numpy as np

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.peak_arrays import PeakArrays
from app.analysis.model.design import CERAMIDE_COLUMNS, SPECIES_COLUMNS, Levels
from app.analysis.model.retention_model import RetentionModel
from app.analysis.names.species_table import SpeciesTable
from app.analysis.names.sugar_losses import lost_sugar_counts

# The prior share of the peaks of a prefix that are fragments (measured on porcine brain), spread
# evenly over the heavier groups, and the number of peaks that this prior counts for.
USUAL_SHARE, USUAL_COUNT = 0.16, 4.0
# The density of a fragment farther from its parent than this is neglected.
REACH_SDS = 6.0
# The most bins of time by which parents are looked up.
MOST_BINS = 200
ROOT_2_PI = float(np.sqrt(2 * np.pi))
# The columns that a parent has of its own: all but its ceramide.
OF_GROUP = tuple(name for name in SPECIES_COLUMNS if name not in CERAMIDE_COLUMNS)


@dataclass(frozen=True, eq=False, repr=False)
class PossibleParents:
    """Pairs of a species and a group that it can be a fragment of, as arrays (m,).

    ``species`` and ``prefix`` are those of the fragment. ``group`` is the position of the parent in
    ``groups``; the model with these ``levels`` and the ``design`` (m, coefficients) predicts the
    parent at ``time_min``. ``share`` is the share of the peaks of the prefix that come from the
    group, and ``fragment_share`` (prefixes,) its sum over the groups.
    """

    species: Indices
    prefix: Indices
    group: Indices
    groups: tuple[str, ...]
    levels: Levels
    design: Array
    time_min: Array
    share: Array
    fragment_share: Array

    @classmethod
    def of(cls, names: SpeciesTable, model: RetentionModel) -> "PossibleParents":
        """Find the pairs by composition; the parents are the groups the model was fitted to."""
        child, parent = np.nonzero(lost_sugar_counts(names, model.glycans))
        of_child = {name: names[name][child] for name in CERAMIDE_COLUMNS}
        of_parent = model.glycans.select(*OF_GROUP).rows(parent)
        design = model.design(of_parent.with_columns(**of_child))
        prefix = names["prefix_code"][child]
        prefixes = len(set(names["prefix"]))
        cells = np.unique(prefix * len(model.groups) + parent)
        parents = np.bincount(cells // len(model.groups), minlength=prefixes)
        return cls(
            species=child,
            prefix=prefix,
            group=parent,
            groups=model.groups,
            levels=model.levels,
            design=design,
            time_min=model.mean(design),
            share=USUAL_SHARE / parents[prefix],
            fragment_share=np.full(prefixes, USUAL_SHARE),
        )

    def with_counted_shares(
        self, arrays: PeakArrays, group: Indices, weight: Array
    ) -> "PossibleParents":
        """Estimate the shares from the co-eluting pairs.

        ``group`` (n,) is the position of the group of each peak in ``groups`` or -1, and ``weight``
        (n,) its probability to be a fragment; a child of several parents counts for each in part.
        """
        pairs, prefixes = arrays.pairs, len(self.fragment_share)
        parents = np.bincount(pairs.child, minlength=len(arrays.row))[pairs.child]
        known = group[pairs.parent] >= 0
        cell = arrays.prefix[pairs.child] * len(self.groups) + group[pairs.parent]
        counts = np.bincount(
            cell[known],
            weights=((arrays.count * weight)[pairs.child] / parents)[known],
            minlength=prefixes * len(self.groups),
        )
        rows = np.bincount(arrays.prefix, arrays.count, prefixes)
        pulled = self._usual() * USUAL_COUNT + counts[self._cell()]
        share = pulled / (rows + USUAL_COUNT)[self.prefix]
        return replace(self, share=share, fragment_share=self._summed(share, prefixes))

    def predicted_by(self, model: RetentionModel) -> "PossibleParents":
        """Move the parents to where a model of the same levels predicts them."""
        return replace(self, time_min=model.mean(self.design))

    def density(self, times: Array, species: Indices, sd_min: float) -> Array:
        """The density, at some times, of fragments of species whose parents were not picked."""
        total = np.zeros(len(times))
        if not len(self.species):
            return total
        order = np.lexsort((self.time_min, self.species))
        parent, share = self.time_min[order], self.share[order]
        near, end = self._range(parent, times, species, REACH_SDS * sd_min)
        latest_min = times + REACH_SDS * sd_min
        here = np.flatnonzero(near < end)
        near = near[here]
        while len(here):
            is_within = parent[near] <= latest_min[here]
            here, near = here[is_within], near[is_within]
            z = (times[here] - parent[near]) / sd_min
            # The first ones may lie too early.
            total[here] += share[near] * np.exp(-0.5 * z**2) * (z <= REACH_SDS)
            near += 1
            is_left = near < end[here]
            here, near = here[is_left], near[is_left]
        return total / (sd_min * ROOT_2_PI)

    def _range(
        self, parent_min: Array, times: Array, species: Indices, reach_min: float
    ) -> tuple[Indices, Indices]:
        """The first parent, or one before it, that is within reach of each time, and the end.

        ``parent_min`` are the times of the parents, sorted by species and time. A table of the
        first parents by species and time is looked up, which is faster than a search for each peak.
        """
        start_min, own = float(parent_min.min()), np.sort(self.species)
        range_min = float(parent_min.max()) - start_min
        width_min = max(reach_min, range_min / MOST_BINS)
        bins = int(range_min / width_min) + 3
        # Half a bin more, so that no rounding leaves out a parent.
        after = np.floor((parent_min + reach_min - start_min) / width_min + 0.5) + 1
        cells = own * (bins + 1) + np.minimum(after.astype(np.int64), bins)
        kinds = max(int(own[-1]), int(species.max(initial=0))) + 1
        earlier = np.cumsum(np.bincount(cells, minlength=kinds * (bins + 1)))
        first = species * (bins + 1)
        bin_of = np.clip((times - start_min) / width_min, 0, bins - 1).astype(np.int64)
        return earlier[first + bin_of], earlier[first + bins]

    def _cell(self) -> Indices:
        cell: Indices = self.prefix * len(self.groups) + self.group
        return cell

    def _usual(self) -> Array:
        """The usual share spread evenly over the parents of each prefix."""
        cells = np.unique(self._cell())
        parents = np.bincount(cells // len(self.groups), minlength=len(self.fragment_share))
        spread: Array = USUAL_SHARE / parents[self.prefix]
        return spread

    def _summed(self, share: Array, prefixes: int) -> Array:
        cells, first = np.unique(self._cell(), return_index=True)
        prefix = cells // len(self.groups)
        return np.bincount(prefix, weights=share[first], minlength=prefixes).astype(np.float64)
