"""The usable peaks of a table as numpy arrays, in blocks of whole samples.

Peaks have positions 0 ... n-1, one sample after another; names and samples are numbers, so that a
cohort of millions of peaks needs no strings. A block of whole samples has the same form as the
whole.
"""

from functools import cached_property
from typing import Any

import msgspec
import numpy as np
import polars as pl
from msgspec.structs import replace
from numpy.typing import NDArray

from app.analysis.computing.numbered_texts import numbered
from app.analysis.computing.row_numbers import row_numbers
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.masses.mass_errors import IMPOSSIBLE
from app.analysis.evidence.peaks.coelution import CoelutingPairs, IonPairs
from app.analysis.evidence.peaks.peaks_by_cell import PeaksByCell
from app.analysis.evidence.peaks.time_curve import TimeCurve
from app.analysis.names.species_table import SpeciesTable, whole_numbers
from app.analysis.names.sugar_losses import LOSABLE_SUGARS, SHARED_WITH_PARENT

# Peaks and cells of sample and species in a block: few enough for the processor's cache, many
# enough that the overhead of a call does not matter.
BLOCK = 100_000
# What a table may say of its peaks.
OPTIONAL = ("molecule", "log_prior", "blank_area")
# What is computed of the peaks without their pairs.
OF_PEAKS = ("has_other_mass", "sample_species", "by_cell", "count", "prefix", "blocks")


class PeakArrays(msgspec.Struct, frozen=True, eq=False, weakref=True, dict=True):
    """The usable peaks; all arrays have shape (n,) unless another is given.

    ``row`` is the number of the row in the table. ``rt_min`` is in minutes, and ``time_min`` is the
    same without the drift of its sample; ``area`` is in the unit of the table, and ``log_area`` is
    its log10; both are NaN where a row has no area. ``species`` points into ``names``, a table with
    one row for each species, sorted, and ``species_table`` has the same in arrays, for models,
    which take rows of it often.
    ``sample`` numbers the samples in the order of the peaks, and ``sample_rank`` (samples,) gives
    each its position when sorted by name. ``ppm`` is how far the m/z is from that of the label, NaN
    where unknown, ``mass_fit`` how much likelier that is if the label is right, and ``mass_sd_ppm``
    the spread of right ones. ``pairs`` are the possible fragments and ``ions`` the possible other
    ions among the peaks. ``coelution_sd_min`` is the standard deviation of the time differences
    between fragments and their parents, and ``time_scale`` the number of minutes that stand for one
    of porcine brain (app/analysis/model/law/time_scale.py). ``molecule`` numbers the molecules of a
    species, ``log_prior`` is what the level of evidence adds to the log odds of the label, and
    ``blank_area`` the area in a blank; each is None where the table does not say it. Where the
    species show the ``curve`` of an isocratic run, it is taken out of ``time_min``.
    """

    row: NDArray[np.uint32]
    rt_min: Array
    time_min: Array
    area: Array
    log_area: Array
    anchor: Mask
    species: Indices
    sample: Indices
    sample_rank: Indices
    ppm: Array
    mass_fit: Array
    names: pl.DataFrame
    species_table: SpeciesTable
    pairs: CoelutingPairs
    coelution_sd_min: float = 0.0
    mass_sd_ppm: float = 1.0
    time_scale: float = 1.0
    ions: IonPairs = msgspec.field(default_factory=IonPairs.none)
    molecule: Indices | None = None
    log_prior: Array | None = None
    blank_area: Array | None = None
    curve: TimeCurve | None = None

    @cached_property
    def has_parent(self) -> Mask:
        """Whether a peak co-elutes with one that it can be a fragment of."""
        found = np.zeros(len(self.row), dtype=np.bool_)
        found[self.pairs.child] = True
        return found

    @cached_property
    def has_plain_parent(self) -> Mask:
        """Whether one of these can lose sugars alone, without O-acetyl groups, to it."""
        acetyl, pairs = self.of_species("oacetyl"), self.pairs
        found = np.zeros(len(self.row), dtype=np.bool_)
        found[pairs.child[acetyl[pairs.child] == acetyl[pairs.parent]]] = True
        return found

    @cached_property
    def known_log_areas(self) -> Array:
        """The log areas of the peaks that have one; all of ``log_area`` if none lacks it."""
        known = ~np.isnan(self.log_area)
        return self.log_area if known.all() else self.log_area[known]

    @cached_property
    def has_other_mass(self) -> Mask:
        """Whether the m/z of a peak is not that of its label."""
        return self.mass_fit <= IMPOSSIBLE

    @cached_property
    def has_own_mass(self) -> Mask:
        """Which peaks (n,) have an m/z that their label explains and chance does not."""
        return ~np.isnan(self.ppm) & (self.mass_fit > 1)

    @cached_property
    def sample_species(self) -> Indices:
        """A number for each combination of sample and species."""
        return self.cell(self.species, self.names.height)

    @cached_property
    def by_cell(self) -> PeaksByCell:
        """The peaks of each combination of sample and species, to be looked up by time."""
        return PeaksByCell(self.sample_species, self.rt_min, self.sample_species_count)

    @property
    def sample_species_count(self) -> int:
        """How many combinations of sample and species there can be."""
        return self.samples * self.names.height

    @cached_property
    def count(self) -> Array:
        """For how many observations each peak counts: one over the samples with its species.

        What elutes at one place in every sample is one observation about the place, because an
        interference repeats as a species does.
        """
        is_met = np.zeros((self.samples, self.names.height), dtype=np.bool_)
        is_met.ravel()[self.sample_species] = True
        share: Array = (1 / np.maximum(is_met.sum(axis=0), 1))[self.species]
        return share

    def straightened(self, curve: TimeCurve) -> "PeakArrays":
        """The peaks at their straight times."""
        return replace(self, time_min=curve.straight(self.time_min), curve=curve)

    def straight(self, measured_min: Array) -> Array:
        """Times on the scale of ``time_min``, by measured ones without drift."""
        return measured_min if self.curve is None else self.curve.straight(measured_min)

    def measured(self, straight_min: Array) -> Array:
        """Measured times without drift, by those on the scale of ``time_min``."""
        return straight_min if self.curve is None else self.curve.measured(straight_min)

    def drift_min(self, at: Indices) -> Array:
        """How much later the samples of the peaks at some positions elute, in minutes."""
        drift: Array = self.rt_min[at] - self.measured(self.time_min[at])
        return drift

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return int(self.sample[-1]) + 1

    @cached_property
    def prefix(self) -> Indices:
        """The prefix of each peak, a number into the sorted prefixes."""
        return self.of_species("prefix_code")

    @cached_property
    def blocks(self) -> list[slice]:
        """Slices of whole samples, each of about ``BLOCK`` peaks and cells or one larger sample."""
        first = np.searchsorted(self.sample, np.arange(self.samples))
        weight = first + self.names.height * np.arange(len(first))
        starts = first[np.flatnonzero(np.diff(weight // BLOCK, prepend=-1))].tolist()
        return [slice(*ends) for ends in zip(starts, [*starts[1:], len(self.row)], strict=True)]

    @property
    def parts(self) -> list["PeakArrays"]:
        """The peaks of each of ``blocks``; made once, so that they keep what they computed."""
        return [self] if len(self.blocks) == 1 else self._parts

    @cached_property
    def _parts(self) -> list["PeakArrays"]:
        return [self._part(block) for block in self.blocks]

    def _part(self, block: slice) -> "PeakArrays":
        """The peaks of some consecutive samples, which are numbered from 0."""
        first, last = int(self.sample[block.start]), int(self.sample[block.stop - 1])
        return self._select(
            block,
            sample=self.sample[block] - first,
            sample_rank=self.sample_rank[first : last + 1],
            pairs=self.pairs.within(block),
            ions=self.ions.within(block),
        )

    def indices_of_first_samples(self, peaks: int) -> Indices:
        """The positions of the first samples by name, enough to have at least ``peaks`` peaks."""
        sizes = np.bincount(self.sample)
        order = np.argsort(self.sample_rank)
        before = np.cumsum(sizes[order]) - sizes[order]
        is_first = np.zeros(len(sizes), dtype=np.bool_)
        is_first[order[before < peaks]] = True
        return np.flatnonzero(is_first[self.sample])

    def only(self, indices: Indices) -> "PeakArrays":
        """The peaks at the positions of some whole samples, which are numbered from 0."""
        samples, sample = np.unique(self.sample[indices], return_inverse=True)
        position = np.full(len(self.row), -1, dtype=np.int64)
        position[indices] = np.arange(len(indices))
        pairs, ions = (each.only(position[each.child] >= 0) for each in (self.pairs, self.ions))
        return self._select(
            indices,
            sample=sample,
            sample_rank=self.sample_rank[samples],
            pairs=replace(pairs, child=position[pairs.child], parent=position[pairs.parent]),
            ions=replace(ions, child=position[ions.child], parent=position[ions.parent]),
        )

    def _select(self, which: Indices | slice, **others: Any) -> "PeakArrays":  # noqa: ANN401 - any
        arrays = (
            *("row", "rt_min", "time_min", "area", "log_area", "anchor", "species"),
            *("ppm", "mass_fit"),
        )
        names = (*arrays, *(name for name in OPTIONAL if getattr(self, name) is not None))
        return replace(self, **{name: getattr(self, name)[which] for name in names}, **others)

    def with_pairs(self, pairs: CoelutingPairs, ions: IonPairs, sd_min: float) -> "PeakArrays":
        """The same with other pairs, whose differences in time have this standard deviation."""
        paired = _paired(self, pairs, ions, sd_min)
        if len(self.blocks) > 1:
            vars(paired)["_parts"] = [
                _paired(part, pairs.within(block), ions.within(block), sd_min)
                for part, block in zip(self.parts, self.blocks, strict=True)
            ]
        return paired

    def released(self) -> "PeakArrays":
        """The same peaks without what was computed of them, which takes memory."""
        return replace(self)

    def with_names(self, **said: NDArray[Any]) -> "PeakArrays":
        """The same with more said of each species."""
        names = self.names.with_columns(pl.Series(name, each) for name, each in said.items())
        return replace(self, names=names, species_table=self.species_table.with_columns(**said))

    def with_optional(self, **of_rows: NDArray[Any] | None) -> "PeakArrays":
        """The same with some of ``OPTIONAL``, given for each row of the table."""
        place = self.row.astype(np.int64) - 1
        given: dict[str, Any] = {
            name: None if values is None else values[place] for name, values in of_rows.items()
        }
        return replace(self, **given)

    def rivals(
        self, candidate: Indices, candidates: int, rows: Indices | slice = slice(None)
    ) -> Indices:
        """A number for each combination of sample, candidate and molecule: at most one is true.

        ``rows`` are the peaks that the candidates belong to, in all or some of a prefix.
        """
        cell: Indices = self.sample[rows] * candidates + candidate
        if self.molecule is None:
            return cell
        found: Indices = cell * (int(self.molecule.max()) + 1) + self.molecule[rows]
        return np.unique(found, return_inverse=True)[1].astype(np.int64)

    def of_species(self, code: str) -> Indices:
        """A column of ``names`` for each peak."""
        found: Indices = self.names[code].to_numpy()[self.species]
        return found

    def cell(self, number: Indices, numbers: int) -> Indices:
        """A number for each combination of a sample and one of ``numbers`` things."""
        found: Indices = self.sample * numbers + number
        return found


def _paired(arrays: PeakArrays, pairs: CoelutingPairs, ions: IonPairs, sd_min: float) -> PeakArrays:
    """The same peaks with other pairs, and with what was computed of them without their pairs."""
    paired = replace(arrays, pairs=pairs, ions=ions, coelution_sd_min=sd_min)
    computed = vars(arrays)
    vars(paired).update({name: computed[name] for name in OF_PEAKS if name in computed})
    return paired


def with_codes(names: pl.DataFrame) -> pl.DataFrame:
    """Add numbers to a table of sorted species, each for what several of them have in common."""

    def code(*columns: str) -> pl.Series:
        return pl.Series(row_numbers(whole_numbers(names, *columns)))

    return names.with_columns(
        prefix_code=pl.Series(numbered(names["prefix"])[0]),
        ceramide_code=code(*SHARED_WITH_PARENT),
        glycan_code=code(*LOSABLE_SUGARS, "oacetyl"),
        base_code=code(*SHARED_WITH_PARENT, *LOSABLE_SUGARS),
    )
