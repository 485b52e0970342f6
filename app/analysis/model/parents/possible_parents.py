"""The possible parents of in-source fragments, and where parents not picked would elute."""

import msgspec
import numpy as np
from msgspec.structs import replace

from app.analysis.computing.ranges import members
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.explaining.posterior import Posterior
from app.analysis.evidence.explaining.unpicked_parents import UnpickedParents, taken_parents
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.law.candidates import Candidates
from app.analysis.model.law.design import CERAMIDE_COLUMNS, SPECIES_COLUMNS, Levels
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.parents.parents_in_reach import parents_in_reach
from app.analysis.names.species_table import SpeciesTable
from app.analysis.names.sugar_losses import lost_sugar_counts

# The prior share of the peaks of a prefix that are fragments (measured on porcine brain), spread
# evenly over the heavier groups, and the number of peaks that this prior counts for.
USUAL_SHARE, USUAL_COUNT = 0.16, 4.0
# The density of a fragment farther from its parent than this is neglected.
REACH_SDS = 6.0
# At least this share of the parents is taken to be not picked.
LEAST_OPEN = 0.05
ROOT_2_PI = float(np.sqrt(2 * np.pi))
# The columns that a parent has of its own: all but its ceramide.
OF_GROUP = tuple(name for name in SPECIES_COLUMNS if name not in CERAMIDE_COLUMNS)


class PossibleParents(msgspec.Struct, frozen=True, eq=False):
    """Pairs of a species and a group that it can be a fragment of, as arrays (m,).

    ``species`` (sorted) and ``prefix`` are those of the fragment. ``group`` is the position of the
    parent in ``groups``; the model with these ``levels`` and the ``design`` (m, coefficients)
    predicts the parent at ``time_min``. ``share`` is the share of the peaks of the prefix that come
    from the group, and ``fragment_share`` (prefixes,) its sum over the groups.

    ``parent`` is a number below ``kinds`` for the ceramide and the group of the parent, and
    ``parent_of`` (candidates,) that of each candidate; there are so many ``ceramides``.
    ``usual_open`` is the share of parents, each as often as fragments come from it, that no peak
    is.
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
    parent: Indices
    parent_of: Indices
    kinds: int
    ceramides: int
    usual_open: float = 1.0

    @classmethod
    def of(
        cls, names: SpeciesTable, model: RetentionModel, candidates: Candidates
    ) -> "PossibleParents":
        """Find the pairs by composition; the parents are the groups the model was fitted to."""
        child, parent = np.nonzero(lost_sugar_counts(names, model.glycans))
        of_child = {name: names[name][child] for name in CERAMIDE_COLUMNS}
        of_parent = model.glycans.select(*OF_GROUP).rows(parent)
        design = model.design(of_parent.with_columns(**of_child))
        prefix = names["prefix_code"][child]
        prefixes = len(set(names["prefix"]))
        cells = np.unique(prefix * len(model.groups) + parent)
        parents = np.bincount(cells // len(model.groups), minlength=prefixes)
        # A group that no peak can belong to is numbered after the others.
        numbers = {group: number for number, group in enumerate(candidates.groups)}
        group = np.array([numbers.get(group, len(numbers)) for group in model.groups])
        ceramide, kinds = names["ceramide_code"], len(numbers) + 1
        parent_of: Indices = ceramide[candidates.number] * kinds + candidates.group.astype(np.int64)
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
            parent=ceramide[child] * kinds + group[parent],
            parent_of=parent_of,
            kinds=kinds * (int(ceramide.max()) + 1),
            ceramides=int(ceramide.max()) + 1,
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

    def with_usual_open(self, arrays: PeakArrays, posterior: Posterior) -> "PossibleParents":
        """Count how many of the parents that peaks can come from are not peaks themselves."""
        own = self.parent_of[posterior.candidate]
        taken = taken_parents(arrays, own, posterior.p_true, self.kinds)
        first = np.searchsorted(self.species, np.arange(arrays.names.height + 1))
        peak, pair = members(first[arrays.species], np.diff(first)[arrays.species])
        weight = arrays.count[peak] * self.share[pair]
        of_taken = float(weight @ taken[arrays.sample[peak] * self.kinds + self.parent[pair]])
        total = float(weight.sum())
        usual_open = 1 - of_taken / total if total else 1.0
        return replace(self, usual_open=max(usual_open, LEAST_OPEN))

    def predicted_by(self, model: RetentionModel) -> "PossibleParents":
        """Move the parents to where a model of the same levels predicts them."""
        return replace(self, time_min=model.mean(self.design))

    def expected_at(
        self, arrays: PeakArrays, sd_min: float, before: Posterior | None = None
    ) -> UnpickedParents:
        """The parents that are expected where peaks elute.

        ``before`` says which of the parents are peaks themselves, as they were explained so far.
        """
        reach_min = REACH_SDS * sd_min
        peak, pair = parents_in_reach(self.species, self.time_min, arrays, reach_min)
        z = (arrays.time_min[peak] - self.time_min[pair]) / sd_min
        density = self.share[pair] * np.exp(-0.5 * z**2) / (sd_min * ROOT_2_PI)
        unpicked = UnpickedParents(
            peak=peak,
            parent=arrays.sample[peak] * self.kinds + self.parent[pair],
            density=density,
            parent_of=self.parent_of,
            kinds=self.kinds,
            share=self.share[pair],
            usual_open=self.usual_open,
        )
        if before is None:
            return unpicked
        return unpicked.without(arrays, before.candidate, before.p_true)

    @property
    def groups_of_ceramide(self) -> int:
        """How many numbers of ``parent`` a ceramide has."""
        return self.kinds // self.ceramides

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
