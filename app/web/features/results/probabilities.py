"""How likely each explanation of a row is, in whole percent that add up to 100.

The confidence of a row is the probability of its label alone, and so 0 for a certain fragment. The
notes of the rules have the probabilities of all explanations, in results of every version.
"""

from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

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


def probabilities(notes: pl.LazyFrame, rows: Iterable[int]) -> dict[int, Probabilities]:
    """The probabilities of some rows; those that were not judged are left out."""
    known = notes.collect_schema().names()
    sums = [
        pl.sum_horizontal(pl.lit(0.0), *(name for name in names if name in known)).alias(
            explanation
        )
        for explanation, names in EXPLANATIONS.items()
    ]
    judged = notes.filter(pl.col("row").is_in(list(rows)), pl.col("p_true").is_not_null())
    found = judged.select("row", *sums).collect()
    return {row: _in_percent(*shares) for row, *shares in found.iter_rows()}


def _in_percent(*shares: float) -> Probabilities:
    """Rounded so that the sum is 100: the largest remainders are rounded up."""
    scaled = [100 * share / sum(shares) for share in shares]
    whole = [int(share) for share in scaled]
    by_remainder = sorted(range(len(whole)), key=lambda at: whole[at] - scaled[at])
    for at in by_remainder[: 100 - sum(whole)]:
        whole[at] += 1
    return Probabilities(*whole)
