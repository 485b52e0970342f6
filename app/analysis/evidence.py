"""The usable peaks as arrays: what models are fitted to and peaks attributed by.

Peaks are places 0 ... n-1 in the order of the table; names and samples are numbers into small
tables, so that a cohort of millions of peaks needs no strings.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.losses import CERAMIDE, LOSABLE
from app.analysis.regression import Array

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
SPECIES_FEATURES = (
    *("species", "prefix", "core", "letter", "carbons", "double_bonds", "hydroxyls", "sialic"),
    *("series", "neutral_sugars", "sugars", "oacetyl", *LOSABLE),
)


@dataclass(frozen=True)
class Pairs:
    """Peaks that elute together, of which ``child`` can be ``parent`` less some sugars.

    ``difference_min`` is how much later the child elutes, ``log_ratio`` log10 of its area over the
    parent's, ``lost`` the number of sugars lost. ``spread_min`` is the SD of the differences.
    """

    child: Places
    parent: Places
    difference_min: Array
    log_ratio: Array
    lost: Places
    spread_min: float


@dataclass(frozen=True)
class Evidence:
    """All arrays (n,): ``time_min`` is free of its sample's drift, ``log_area`` is log10.

    ``species`` points into ``names``, one row for each species (``SPECIES_FEATURES``), sorted;
    ``spot`` is a number for each sample and species.
    """

    row: NDArray[np.uint32]
    time_min: Array
    log_area: Array
    anchor: Mask
    species: Places
    spot: Places
    names: pl.DataFrame
    pairs: Pairs

    @cached_property
    def has_parent(self) -> Mask:
        """Whether a peak elutes with one that it can be a fragment of."""
        found = np.zeros(len(self.row), dtype=np.bool_)
        found[self.pairs.child] = True
        return found

    @cached_property
    def prefix(self) -> Places:
        """The prefix of each peak, a number into the sorted prefixes."""
        return self.of_species("prefix_code")

    def of_species(self, code: str) -> Places:
        """A code of ``names`` for each peak."""
        found: Places = self.names[code].to_numpy()[self.species]
        return found


def add_codes(peaks: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add ``species_code`` and ``sample_code``; also give the species of the usable peaks, sorted.

    A peak that cannot be used has no species code.
    """
    usable = pl.col("problem").is_null()
    names = peaks.filter(usable).select(SPECIES_FEATURES).unique("species").sort("species")
    names = names.with_columns(
        prefix_code=_code("prefix"),
        ceramide_code=_code(*CERAMIDE[:-1]),
        family_code=_code(*CERAMIDE),
        glycan_code=_code(*LOSABLE),
        base_code=_code(*CERAMIDE[:-1], *LOSABLE),
    )
    samples = pl.Enum(peaks["sample"].unique().sort())
    coded = peaks.with_columns(
        species_code=pl.when(usable)
        .then(pl.col("species").cast(pl.Enum(names["species"]), strict=False).to_physical())
        .cast(pl.UInt32),
        sample_code=pl.col("sample").cast(samples).to_physical().cast(pl.UInt32),
    )
    return coded, names


def _code(*columns: str) -> pl.Expr:
    """A number for each combination of values, in their order."""
    return (pl.struct(columns).rank("dense") - 1).cast(pl.Int64)


def distinct(values: Places) -> Places:
    """The sorted distinct values: as np.unique gives, whose hashing is slow for many of them."""
    ordered = np.sort(values)
    found: Places = ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
    return found


def gather(
    peaks: pl.DataFrame, pairs: pl.DataFrame, spread_min: float, names: pl.DataFrame
) -> Evidence:
    """The arrays of usable peaks with codes, and of the pairs among them, which are row numbers."""
    species = peaks["species_code"].cast(pl.Int64).to_numpy()
    sample = peaks["sample_code"].cast(pl.Int64).to_numpy()
    row = peaks["row"].to_numpy()
    return Evidence(
        row=row,
        time_min=peaks["aligned_rt_min"].to_numpy(),
        log_area=np.log10(peaks["peak_area"].to_numpy()),
        anchor=peaks["anchor"].to_numpy(),
        species=species,
        spot=sample * names.height + species,
        names=names,
        pairs=_placed(pairs, row, spread_min),
    )


def _placed(pairs: pl.DataFrame, row: NDArray[np.uint32], spread_min: float) -> Pairs:
    """The pairs of which both peaks are here, by their places."""
    ends = [pairs[end].to_numpy() for end in ("child", "parent")]
    last = max(int(found.max(initial=0)) for found in (row, *ends))
    place = np.full(last + 1, -1, dtype=np.int64)
    place[row] = np.arange(len(row))
    child, parent = place[ends[0]], place[ends[1]]
    here = (child >= 0) & (parent >= 0)
    return Pairs(
        child=child[here],
        parent=parent[here],
        difference_min=pairs["difference_min"].to_numpy()[here],
        log_ratio=pairs["log_ratio"].to_numpy()[here],
        lost=pairs["lost_sugars"].cast(pl.Int64).to_numpy()[here],
        spread_min=spread_min,
    )
