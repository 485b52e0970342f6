"""Estimate how many labels of the rows that the rules call true are wrong."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

# With fewer true rows, decoys cannot show that the model was also fitted to wrong rows
# (docs/adr/0065-decoys-estimate-the-false-discoveries.md).
LEAST_TRUE = 100
# With fewer true rows there is no estimate where the share of wrong labels among so few would vary
# by chance with a greater standard deviation than this.
MOST_CHANCE_SD = 0.02
HUNDREDTHS = tuple(step / 100 for step in range(101))


class Threshold(NamedTuple):
    """The true rows that reach a confidence, and the share of wrong labels to expect among them.

    The share is the mean of local false discovery rates, scaled so that all true rows together have
    the rate that is estimated of the whole table. Rows that a person called true always stay and do
    not count in the share, which is None if there are no others, or too few in the whole table.
    """

    lowest: float
    rows: int
    false_discovery_rate: float | None


def false_discovery_rate(rows: pl.DataFrame, accepted_decoys: float | None) -> float | None:
    """The share of wrong labels to expect among true ``rows`` (``ROW_SCHEMA``).

    It is None without any, and with too few for an estimate.

    ``accepted_decoys`` is the share of wrong labels that the model accepts. It is estimated from
    decoys and corrected for how near wrong labels come to their species
    (app/analysis/evidence/explaining/decoys.py), so it can be more than 1. With it the number of
    rejected labels shows how many wrong ones were accepted (Storey 2002, J R Stat Soc B 64:479). In
    a small table the result is the mean of local false discovery rates, 1 - confidence (Efron,
    Tibshirani, Storey and Tusher 2001, JASA 96:1151).
    """
    is_judged = rows["rule"] > 0
    true = rows["confidence"].filter(is_judged & (rows["call"] == "true"))
    if true.is_empty():
        return None
    if len(true) < LEAST_TRUE:
        return _mean_rate(true) if _chance_sd(true) <= MOST_CHANCE_SD else None
    if accepted_decoys is None:
        return _mean_rate(true)
    rejected = int(is_judged.sum()) - len(true)
    wrong = rejected * accepted_decoys / max(1 - accepted_decoys, 0.5)
    return min(wrong / len(true), 1.0)


def thresholds(
    rows: pl.LazyFrame, lowest: Sequence[float] = HUNDREDTHS, *, of_all: float | None
) -> list[Threshold]:
    """The true rows at each of some lowest confidences.

    ``of_all`` is the rate of all true rows, None with too few for an estimate.
    """
    true = rows.filter(pl.col("call") == "true").select("confidence", "rule").collect()
    by_hand = true.filter(pl.col("rule") == 0).height
    judged = true.filter(pl.col("rule") > 0)["confidence"].drop_nulls().sort()
    mean = _mean_rate(judged) if judged.len() else 0.0
    scale = of_all / mean if of_all is not None and mean else 1.0
    wrong_from_here = (1 - judged).cum_sum(reverse=True) * scale
    found = []
    for each in lowest:
        start = judged.search_sorted(each, side="left")
        kept = judged.len() - start
        is_known = of_all is not None and kept > 0
        rate = min(wrong_from_here[start] / kept, 1.0) if is_known else None
        found.append(Threshold(each, kept + by_hand, rate))
    return found


def _mean_rate(confidence: pl.Series) -> float:
    """The mean of local false discovery rates, which rounds alike in one chunk and in several."""
    return float((1 - confidence.rechunk()).sum()) / confidence.len()


def _chance_sd(confidence: pl.Series) -> float:
    """The standard deviation of the share of wrong labels, if the confidences are exact."""
    return math.sqrt(float((confidence * (1 - confidence)).sum())) / confidence.len()
