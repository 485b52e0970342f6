"""Which species each prefix is a fragment of, and where parents not picked would elute."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from app.analysis.evidence.peak_arrays import Evidence, Places
from app.analysis.model.regression import Array
from app.analysis.model.retention_model import (
    CERAMIDE_COLUMNS,
    SPECIES_COLUMNS,
    Levels,
    RetentionModel,
)
from app.analysis.names.sugar_losses import losses

# Before pairs are counted, 16 % of the peaks of a prefix are fragments (porcine brain), of any
# heavier group alike; this counts for so many peaks.
USUAL_SHARE, USUAL_COUNT = 0.16, 4.0
# Parents farther off than this give next to nothing.
REACH_SDS = 6.0
ROOT_2_PI = float(np.sqrt(2 * np.pi))
# What a parent has other than its fragment, and all but its ceramide.
OF_GROUP = tuple(name for name in SPECIES_COLUMNS if name not in CERAMIDE_COLUMNS)


@dataclass(frozen=True)
class Ancestry:
    """Possible parents of each species, as arrays (m,).

    ``species`` and ``prefix`` are the fragment's, ``group`` the parent's place in ``groups``, which
    ``design`` (m, coefficients) predicts at ``time_min``. ``share`` is the part of the prefix's
    peaks that come of the group, and ``fragment_share`` (prefixes,) the sum of it.
    """

    species: Places
    prefix: Places
    group: Places
    groups: tuple[str, ...]
    levels: Levels
    design: Array
    time_min: Array
    share: Array
    fragment_share: Array

    @classmethod
    def of(cls, names: pl.DataFrame, model: RetentionModel) -> "Ancestry":
        """By composition alone; the parents are the groups that the model has met."""
        groups = model.training.unique("group", keep="first").sort("group")
        is_same_family = names["oacetyl"].to_numpy()[:, None] == groups["oacetyl"].to_numpy()
        child, parent = np.nonzero((losses(names, groups) > 0) & is_same_family)
        design = model.design(
            names.select(CERAMIDE_COLUMNS)[child].hstack(groups.select(OF_GROUP)[parent])
        )
        prefix = names["prefix_code"].to_numpy()[child]
        prefixes = names["prefix"].n_unique()
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

    def counted(self, evidence: Evidence, group: Places, weight: Array) -> "Ancestry":
        """With the shares that the pairs show.

        ``group`` (n,) is the place of each peak's group in ``groups`` or -1, ``weight`` (n,) how
        likely it is a fragment; a child of several parents counts for each in part.
        """
        pairs, prefixes = evidence.pairs, len(self.fragment_share)
        parents = np.bincount(pairs.child, minlength=len(evidence.row))[pairs.child]
        known = group[pairs.parent] >= 0
        cell = evidence.prefix[pairs.child] * len(self.groups) + group[pairs.parent]
        counts = np.bincount(
            cell[known],
            weights=(weight[pairs.child] / parents)[known],
            minlength=prefixes * len(self.groups),
        )
        rows = np.bincount(evidence.prefix, minlength=prefixes)
        pulled = self._usual() * USUAL_COUNT + counts[self._cell()]
        share = pulled / (rows + USUAL_COUNT)[self.prefix]
        return replace(self, share=share, fragment_share=self._summed(share, prefixes))

    def seen(self, model: RetentionModel) -> "Ancestry":
        """With the parents where a model of the same levels predicts them."""
        return replace(self, time_min=model.mean(self.design))

    def density(self, times: Array, species: Places, sd_min: float) -> Array:
        """The density of peaks of a species at some times, that unpicked parents would give."""
        total = np.zeros(len(times))
        if not len(self.species):
            return total
        low = min(times.min(initial=np.inf), self.time_min.min())
        span = max(times.max(initial=-np.inf), self.time_min.max()) - low + 3 * REACH_SDS * sd_min
        order = np.argsort(self.species * span + (self.time_min - low))
        parent, share = self.time_min[order], self.share[order]
        key, at = self.species[order] * span + (parent - low), species * span + (times - low)
        near, here = np.searchsorted(key, at - REACH_SDS * sd_min), np.arange(len(times))
        key, last = np.append(key, np.inf), at + REACH_SDS * sd_min
        while len(here := here[key[near[here]] <= last[here]]):
            parents = near[here]
            z = (times[here] - parent[parents]) / sd_min
            total[here] += share[parents] * np.exp(-0.5 * z**2)
            near[here] += 1
        return total / (sd_min * ROOT_2_PI)

    def _cell(self) -> Places:
        cell: Places = self.prefix * len(self.groups) + self.group
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
