"""The usable peaks as arrays: what models are fitted to and peaks attributed by.

Peaks are places 0 ... n-1, one sample after another; names and samples are numbers, so that a
cohort of millions of peaks needs no strings. A block of whole samples is evidence like the whole.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.model.regression import Array, Mask
from app.analysis.names.sugar_losses import CERAMIDE, LOSABLE

Places = NDArray[np.int64]
# A block holds about so many peaks and spots: few enough for the processor's cache, many enough
# that the calls from one to the next do not count.
BLOCK = 100_000


@dataclass(frozen=True)
class Pairs:
    """Peaks that elute together, of which ``child`` can be ``parent`` less some sugars.

    ``difference_min`` is how much later the child elutes, ``log_ratio`` log10 of its area over the
    parent's, ``lost`` the number of sugars lost. Sorted by child.
    """

    child: Places
    parent: Places
    difference_min: Array
    log_ratio: Array
    lost: Places

    @classmethod
    def none(cls) -> "Pairs":
        """No pairs at all."""
        nothing, no_number = np.zeros(0, dtype=np.int64), np.zeros(0)
        return cls(nothing, nothing, no_number, no_number, nothing)

    @classmethod
    def joined(cls, parts: list["Pairs"], blocks: list[slice]) -> "Pairs":
        """The pairs of consecutive blocks, as places of the whole."""
        moved = [part.moved(block.start) for part, block in zip(parts, blocks, strict=True)]
        names = cls.__dataclass_fields__
        return cls(**{n: np.concatenate([getattr(part, n) for part in moved]) for n in names})

    def moved(self, by: int) -> "Pairs":
        """The same pairs, counted from another place."""
        return replace(self, child=self.child + by, parent=self.parent + by)

    def only(self, which: Mask | slice) -> "Pairs":
        """Some of the pairs."""
        return Pairs(**{name: getattr(self, name)[which] for name in self.__dataclass_fields__})

    def within(self, block: slice) -> "Pairs":
        """The pairs of a block of whole samples, as places of the block."""
        first, last = np.searchsorted(self.child, [block.start, block.stop])
        return self.only(slice(int(first), int(last))).moved(-block.start)


@dataclass(frozen=True)
class Evidence:
    """All arrays (n,): ``time_min`` is ``rt_min`` without its sample's drift, ``log_area`` log10.

    ``row`` is the number of the row in the table, ``coelution_sd_min`` the SD of the differences
    between fragments and their parents. ``species`` points into ``names``, one row for
    each species, sorted; ``sample`` counts the samples in the order in which they lie, and
    ``sample_rank`` (samples,) has their places in the order of their names.
    """

    row: NDArray[np.uint32]
    rt_min: Array
    time_min: Array
    area: Array
    log_area: Array
    anchor: Mask
    species: Places
    sample: Places
    sample_rank: Places
    names: pl.DataFrame
    pairs: Pairs
    coelution_sd_min: float = 0.0

    @cached_property
    def has_parent(self) -> Mask:
        """Whether a peak elutes with one that it can be a fragment of."""
        found = np.zeros(len(self.row), dtype=np.bool_)
        found[self.pairs.child] = True
        return found

    @cached_property
    def spot(self) -> Places:
        """A number for each sample and species."""
        return self.cell(self.species, self.names.height)

    @property
    def spots(self) -> int:
        """How many spots there can be."""
        return self.samples * self.names.height

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return int(self.sample[-1]) + 1

    @cached_property
    def prefix(self) -> Places:
        """The prefix of each peak, a number into the sorted prefixes."""
        return self.of_species("prefix_code")

    @cached_property
    def blocks(self) -> list[slice]:
        """Whole samples, together about ``BLOCK`` peaks and spots, or one larger sample."""
        first = np.flatnonzero(np.diff(self.sample, prepend=-1))
        weight = first + self.names.height * np.arange(len(first))
        starts = first[np.flatnonzero(np.diff(weight // BLOCK, prepend=-1))].tolist()
        return [slice(*ends) for ends in zip(starts, [*starts[1:], len(self.row)], strict=True)]

    def block(self, block: slice) -> "Evidence":
        """The evidence of some whole samples, which count from 0."""
        first, last = int(self.sample[block.start]), int(self.sample[block.stop - 1])
        return self._of(
            block,
            sample=self.sample[block] - first,
            sample_rank=self.sample_rank[first : last + 1],
            pairs=self.pairs.within(block),
        )

    def first(self, peaks: int) -> Places:
        """The places of the first samples by name, of so many peaks or a few more."""
        sizes = np.bincount(self.sample)
        order = np.argsort(self.sample_rank)
        before = np.cumsum(sizes[order]) - sizes[order]
        is_first = np.zeros(len(sizes), dtype=np.bool_)
        is_first[order[before < peaks]] = True
        return np.flatnonzero(is_first[self.sample])

    def only(self, places: Places) -> "Evidence":
        """The evidence of the places of whole samples, which count from 0."""
        samples, sample = np.unique(self.sample[places], return_inverse=True)
        place = np.full(len(self.row), -1, dtype=np.int64)
        place[places] = np.arange(len(places))
        pairs = self.pairs.only(place[self.pairs.child] >= 0)
        return self._of(
            places,
            sample=sample,
            sample_rank=self.sample_rank[samples],
            pairs=replace(pairs, child=place[pairs.child], parent=place[pairs.parent]),
        )

    def _of(self, places: Places | slice, **others: Any) -> "Evidence":  # noqa: ANN401 - any field
        arrays = ("row", "rt_min", "time_min", "area", "log_area", "anchor", "species")
        return replace(self, **{name: getattr(self, name)[places] for name in arrays}, **others)

    def of_species(self, code: str) -> Places:
        """A number of ``names`` for each peak."""
        found: Places = self.names[code].to_numpy()[self.species]
        return found

    def cell(self, number: Places, numbers: int) -> Places:
        """A number for each sample and one of ``numbers`` things."""
        found: Places = self.sample * numbers + number
        return found


def with_codes(names: pl.DataFrame) -> pl.DataFrame:
    """Species, sorted, with numbers for what several of them have in common."""
    return names.with_columns(
        prefix_code=_code("prefix"),
        ceramide_code=_code(*CERAMIDE[:-1]),
        family_code=_code(*CERAMIDE),
        glycan_code=_code(*LOSABLE),
        base_code=_code(*CERAMIDE[:-1], *LOSABLE),
    )


def _code(*columns: str) -> pl.Expr:
    """A number for each combination of values, in their order."""
    return (pl.struct(columns).rank("dense") - 1).cast(pl.Int64)
