"""What a lowest confidence does to the rows called true: how many stay, and how many are wrong."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

HUNDREDTHS = tuple(step / 100 for step in range(101))


class Threshold(NamedTuple):
    """The true rows that reach a confidence, and the share of wrong labels to expect among them.

    The share is the mean of 1 - confidence (Efron, Tibshirani, Storey and Tusher 2001, JASA
    96:1151), scaled so that all true rows together have the share that is estimated of the whole
    table. Rows called true by hand stay, and have no part in the share, which is None where no
    others are left.
    """

    lowest: float
    rows: int
    false_discovery_rate: float | None


def thresholds(
    rows: pl.LazyFrame, lowest: Sequence[float] = HUNDREDTHS, *, of_all: float | None = None
) -> list[Threshold]:
    """What some lowest confidences do; ``of_all`` is the false discovery rate of all true rows."""
    true = rows.filter(pl.col("call") == "true").select("confidence", "rule").collect()
    by_hand = true.filter(pl.col("rule") == 0).height
    judged = true.filter(pl.col("rule") != 0)["confidence"].drop_nulls().sort()
    mean = float((1 - judged).sum()) / max(judged.len(), 1)
    scale = 1.0 if of_all is None or not mean else of_all / mean
    wrong_from_here = (1 - judged).cum_sum(reverse=True) * scale
    found = []
    for each in lowest:
        start = judged.search_sorted(each, side="left")
        kept = judged.len() - start
        rate = min(wrong_from_here[start] / kept, 1.0) if kept else None
        found.append(Threshold(each, kept + by_hand, rate))
    return found
