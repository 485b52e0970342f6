"""How likely each explanation of a row is, in whole percent that add up to 100.

The confidence of a row is the probability of its label alone, and so 0 for a certain fragment. The
notes of the rules have the probabilities of all explanations, in results of every version.
"""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import polars as pl

from app.analysis.reporting.result import notes_as_read

EXPLANATIONS = {
    "label": ("p_true",),
    "ion": ("p_fragment", "p_virtual", "p_ion", "p_unpicked_ion"),
    "neither": ("p_other",),
}


class Probabilities(NamedTuple):
    """That a row is what its label says, a fragment or other ion, or neither, in percent."""

    label: int
    ion: int
    neither: int


# Columns that no row stores, by the explanation whose percentage they are.
PERCENTAGES = {f"{explanation}_percent": explanation for explanation in EXPLANATIONS}
# A row is in doubt if no explanation of it has this many percent: its assignment is then wrong with
# a probability of more than a tenth, so a person should look at it.
SURE_PERCENT = 90
IN_DOUBT = ",".join(f"{name}::{SURE_PERCENT - 1}" for name in PERCENTAGES)


def probabilities(notes: pl.LazyFrame, rows: Iterable[int]) -> dict[int, Probabilities]:
    """The probabilities of some rows; those that were not judged are left out."""
    found = percentages(notes.filter(pl.col("row").is_in(list(rows)))).collect()
    return {row: _in_percent(*shares) for row, *shares in found.iter_rows()}


def percentages(notes: pl.LazyFrame) -> pl.LazyFrame:
    """The ``PERCENTAGES`` of all rows that were judged, by ``row``."""
    known = notes.collect_schema().names()
    sums = {
        name: pl.sum_horizontal(
            pl.lit(0.0), *(each for each in EXPLANATIONS[explanation] if each in known)
        )
        for name, explanation in PERCENTAGES.items()
    }
    judged = notes.filter(pl.col("p_true").is_not_null()).select("row", **sums)
    total = pl.sum_horizontal(*PERCENTAGES)
    return judged.with_columns(pl.col(name) * 100 / total for name in PERCENTAGES)


def rows_in_doubt(notes: Path) -> int:
    """How many rows the filter ``IN_DOUBT`` finds, by the file of a result's notes.

    A result does not change, so its notes are counted once, not for each page of its rows.
    """
    return _counted_in_doubt(notes, notes.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _counted_in_doubt(notes: Path, _changed_ns: int) -> int:
    found = percentages(notes_as_read(pl.scan_parquet(notes)))
    is_in_doubt = pl.all_horizontal(pl.col(name).round() < SURE_PERCENT for name in PERCENTAGES)
    return int(found.select(is_in_doubt.sum()).collect().item())


def _in_percent(*shares: float) -> Probabilities:
    """Rounded so that the sum is 100: the largest remainders are rounded up."""
    whole = [int(share) for share in shares]
    by_remainder = sorted(range(len(whole)), key=lambda at: whole[at] - shares[at])
    for at in by_remainder[: 100 - sum(whole)]:
        whole[at] += 1
    return Probabilities(*whole)
