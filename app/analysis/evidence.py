"""The usable peaks as arrays: what models are fitted to and peaks attributed by.

Peaks are places 0 ... n-1 in the order of the table; names and samples are numbers into small
tables, so that a cohort of millions of peaks needs no strings.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.losses import LOSABLE
from app.analysis.regression import Array

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
SPECIES_FEATURES = (
    *("species", "prefix", "core", "letter", "carbons", "double_bonds", "hydroxyls", "sialic"),
    *("neutral_sugars", "sugars", "oacetyl", "hexnac_added", *LOSABLE),
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
    ``spot`` numbers the combinations of sample and species.
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
        return self.of_species("prefix")

    def of_species(self, column: str) -> Places:
        """A column of ``names`` for each peak; of strings their number in sorted order."""
        values = self.names[column]
        if values.dtype == pl.String:
            values = values.rank("dense") - 1
        found: Places = values.cast(pl.Int64).to_numpy()[self.species]
        return found


def species_of(peaks: pl.DataFrame) -> pl.DataFrame:
    """The sorted table of the species of some peaks (``SPECIES_FEATURES``)."""
    return peaks.select(SPECIES_FEATURES).unique("species").sort("species")


def codes(values: pl.Series, levels: pl.Series) -> Places:
    """Each value's place among the levels."""
    numbered = values.cast(pl.Enum(levels)).to_physical()
    found: Places = numbered.cast(pl.Int64).to_numpy()
    return found


def gather(
    peaks: pl.DataFrame, pairs: pl.DataFrame, spread_min: float, names: pl.DataFrame
) -> Evidence:
    """The arrays of usable peaks and of the pairs among them, whose rows are row numbers.

    ``names`` are the species of these peaks and maybe of more.
    """
    species = codes(peaks["species"], names["species"])
    samples = codes(peaks["sample"], peaks["sample"].unique().sort())
    _, spot = np.unique(samples * names.height + species, return_inverse=True)
    row = peaks["row"].to_numpy()
    return Evidence(
        row=row,
        time_min=peaks["aligned_rt_min"].to_numpy(),
        log_area=np.log10(peaks["peak_area"].to_numpy()),
        anchor=peaks["anchor"].to_numpy(),
        species=species,
        spot=spot,
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
