"""Where species that were not picked would elute, if an ion of theirs has the mass of a label."""

from collections.abc import Mapping
from functools import cached_property
from weakref import WeakKeyDictionary

import msgspec
import numpy as np
from msgspec.structs import replace

from app.analysis.computing.distinct import distinct
from app.analysis.computing.ranges import members
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.densities import log_normal
from app.analysis.evidence.masses.mass_aliases import ION_KINDS, MassAliases
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.law.design import CERAMIDE_COLUMNS, ceramide_numbers
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.parents.possible_parents import OF_GROUP
from app.analysis.names.composition import RESIDUES
from app.analysis.names.isomers import isomer_words
from app.analysis.names.species_table import SpeciesTable

NAME_PARTS = ("prefix", *CERAMIDE_COLUMNS)
# A parent is picked if a peak of its name lies within this many standard deviations.
PICKED_SDS = 2.5
# A peak farther than this from where a parent is predicted is no ion of it: the density is 1e-22 of
# the greatest, so it need not be asked whether the parent was picked.
FARTHEST_SDS = 10.0


class PossibleIons(msgspec.Struct, frozen=True, eq=False, dict=True):
    """Pairs of a species and a fitted group with a ceramide of the table, as arrays (m,).

    The ``parent`` is the number of the pair of group and ceramide in ``design``, which is predicted
    at ``time_min`` with ``sd_min``, and ``named`` its position among the species or -1; the label
    ``child`` has the mass of its ion of ``kind``. ``part`` is one over the number of such parents.
    """

    parents: SpeciesTable
    child: Indices
    parent: Indices
    kind: Indices
    ppm: Array
    part: Array
    named: Indices
    design: Array
    time_min: Array
    sd_min: Array

    @classmethod
    def of(cls, names: SpeciesTable, model: RetentionModel, ppm: float) -> "PossibleIons":
        """Find the pairs by their masses; the parents belong to the groups the model knows."""
        parents = _every_parent(names, model)
        found = MassAliases.of(names, parents, ppm, bare=True)
        met, parent = np.unique(found.parent, return_inverse=True)
        parents = parents.rows(met)
        cell = found.child * len(ION_KINDS) + found.kind
        empty = np.zeros(0)
        ions = cls(
            parents=parents,
            child=found.child,
            parent=parent,
            kind=found.kind,
            ppm=found.ppm,
            part=1 / np.bincount(cell)[cell] if len(cell) else empty,
            named=_positions(parents, names)[parent],
            design=model.design(parents) if len(met) else empty,
            time_min=empty,
            sd_min=empty,
        )
        return ions.predicted_by(model)

    def predicted_by(self, model: RetentionModel) -> "PossibleIons":
        """Move the parents to where a model of the same levels predicts them."""
        if not len(self.child):
            return self
        time, sd = model.predict(self.design)
        return replace(self, time_min=time[self.parent], sd_min=sd[self.parent])

    def density(self, arrays: PeakArrays) -> Array:
        """The density (n, kinds) by time of ions of species that were not picked.

        It is found once for the same peaks, which are explained and then counted by it.
        """
        if arrays not in self._densities:
            self._densities[arrays] = self._density(arrays)
        return self._densities[arrays]

    @cached_property
    def _densities(self) -> WeakKeyDictionary[PeakArrays, Array]:
        """What was found of peaks that are still held elsewhere."""
        return WeakKeyDictionary()

    def _density(self, arrays: PeakArrays) -> Array:
        peaks, kinds = len(arrays.row), len(ION_KINDS)
        peak, pair = self._pairs(arrays, np.arange(peaks))
        density = self.part[pair] * self._by_time(arrays, peak, pair)
        total = np.bincount(peak * kinds + self.kind[pair], density, peaks * kinds)
        return total.reshape(peaks, kinds).astype(np.float64)

    def _by_time(self, arrays: PeakArrays, peak: Indices, pair: Indices) -> Array:
        """The density of the time of each peak by that of the parent in a pair."""
        log_density = log_normal(arrays.time_min[peak], self.time_min[pair], self.sd_min[pair])
        density: Array = np.exp(log_density)
        return density

    def likeliest(self, arrays: PeakArrays, at: Indices, share: Array) -> Indices:
        """The likeliest pair of the peaks at some positions, -1 for a peak without one.

        ``share`` (kinds,) is that of ions.
        """
        best = np.full(len(arrays.row), -1, dtype=np.int64)
        peak, pair = self._pairs(arrays, at)
        density = share[self.kind[pair]] * self.part[pair] * self._by_time(arrays, peak, pair)
        order = np.argsort(-density, kind="stable")[::-1]
        order = order[density[order] > 0]
        best[peak[order]] = pair[order]  # of several values for one place the last one counts
        return best[at]

    def parent_names(self, isomer_of_group: Mapping[str, str]) -> tuple[str, ...]:
        """What a sentence calls each parent, such as ``isomer a of GD1(38:0;O2)``.

        The other isomer may have been picked, so the name alone would contradict its row.
        """
        return tuple(
            isomer_words(isomer_of_group.get(group)) + "{}({}:{};O{})".format(*parts)
            for group, *parts in self.parents.iter_rows("group", *NAME_PARTS)
        )

    def count(self, arrays: PeakArrays) -> Indices:
        """How many peaks have a label that can be an ion of each kind, (kinds,)."""
        species, kinds = arrays.names.height, len(ION_KINDS)
        can_be = np.zeros((species, kinds), dtype=np.bool_)
        can_be[self.child, self.kind] = True
        peaks = np.bincount(arrays.species, arrays.count, species)
        counted = peaks @ can_be
        of_pairs = distinct(arrays.ions.child * kinds + arrays.ions.kind) % kinds
        counts: Indices = np.maximum(counted, np.bincount(of_pairs, minlength=kinds))
        return counts

    def _pairs(self, arrays: PeakArrays, at: Indices) -> tuple[Indices, Indices]:
        """Peaks and the parents, near and not picked, of which each can be an ion."""
        first = np.searchsorted(self.child, np.arange(arrays.names.height + 1))
        species = arrays.species[at]
        place, pair = members(first[species], np.diff(first)[species])
        peak = at[place]
        off_min = np.abs(arrays.time_min[peak] - self.time_min[pair])
        near = np.flatnonzero(off_min <= FARTHEST_SDS * self.sd_min[pair])
        peak, pair = peak[near], pair[near]
        unpicked = np.flatnonzero(~self._is_picked(arrays, peak, pair))
        return peak[unpicked], pair[unpicked]

    def _is_picked(self, arrays: PeakArrays, peak: Indices, pair: Indices) -> Mask:
        """Whether the sample has a peak of the parent's name where the parent is predicted."""
        is_picked = np.zeros(len(peak), dtype=np.bool_)
        named = self.named[pair]
        cell = arrays.sample[peak] * arrays.names.height + named
        can_be = np.flatnonzero(arrays.by_cell.is_filled(cell) & (named >= 0))
        peak, pair, cell = peak[can_be], pair[can_be], cell[can_be]
        drift, at = arrays.drift_min(peak), self.time_min[pair]
        reach = PICKED_SDS * self.sd_min[pair]
        first, last = (arrays.measured(end) + drift for end in (at - reach, at + reach))
        low, high = arrays.by_cell.between(cell, first, last)
        is_picked[can_be] = high > low
        return is_picked


def _every_parent(names: SpeciesTable, model: RetentionModel) -> SpeciesTable:
    """Each glycan that the model knows with each ceramide of the names, sorted by both."""
    glycans = model.glycans.select("prefix", *dict.fromkeys((*OF_GROUP, *RESIDUES)))
    _, first = np.unique(ceramide_numbers(names), return_index=True)
    glycan, ceramide = np.divmod(np.arange(glycans.height * len(first)), len(first))
    of_ceramide = {name: names[name][first[ceramide]] for name in CERAMIDE_COLUMNS}
    return glycans.rows(glycan).with_columns(**of_ceramide)


def _positions(parents: SpeciesTable, names: SpeciesTable) -> Indices:
    """The position of each parent among the species by prefix and ceramide, -1 without one."""
    first: dict[tuple[object, ...], int] = {}
    for place, label in enumerate(names.iter_rows(*NAME_PARTS)):
        first.setdefault(label, place)
    found = [first.get(label, -1) for label in parents.iter_rows(*NAME_PARTS)]
    return np.array(found, dtype=np.int64)
