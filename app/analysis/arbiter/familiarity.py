"""How usual a claim is, by what both programs say of other peaks of the run.

A class that only disputed peaks have lets the law fit itself to them, so that its claims look right
in time whatever they are. What no undisputed peak has is rarer: the class and the ceramide of a
claim are counted among the peaks on which the programs agree, as if they were independent.
"""

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array

# Counted in addition to what is seen (Jeffreys' prior), so that nothing is impossible.
PRIOR_COUNT = 0.5
CERAMIDE = ("carbons", "double_bonds", "hydroxyls")


def familiarity(claims: pl.DataFrame, agreed: pl.DataFrame) -> Array:
    """How much likelier each claim (n,) is than the usual agreed one, and 1 at most.

    Both have ``prefix`` and the columns ``CERAMIDE``; ``agreed`` has ``weight``, the probability
    that its label is right.
    """
    expected = _share(claims, agreed, ["prefix"]) * _share(claims, agreed, [*CERAMIDE])
    own = _share(agreed, agreed, ["prefix"]) * _share(agreed, agreed, [*CERAMIDE])
    weight = agreed["weight"].to_numpy()
    if not weight.sum() > 0:
        return np.ones(claims.height)
    usual = np.exp(np.average(np.log(own), weights=weight))
    found: Array = np.minimum(expected / usual, 1.0)
    return found


def _share(claims: pl.DataFrame, agreed: pl.DataFrame, by: list[str]) -> Array:
    """The share of the agreed peaks that have the value of each claim."""
    counted = agreed.group_by(by).agg(pl.col("weight").sum())
    joined = claims.select(by).join(
        counted, on=by, how="left", nulls_equal=True, maintain_order="left"
    )
    number = joined["weight"].fill_null(0.0).to_numpy() + PRIOR_COUNT
    found: Array = number / (float(agreed["weight"].sum()) + PRIOR_COUNT * (counted.height + 1))
    return found
