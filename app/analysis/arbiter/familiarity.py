"""How usual an annotation is, by what both programs say of other peaks of the run.

A class that only disputed peaks have lets the law fit itself to them, so that its annotations look
right in time whatever they are. What no undisputed peak has is rarer: class and ceramide of an
annotation are counted among the peaks on which the programs agree, as if they were independent.
"""

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array

# Counted in addition to what is seen (Jeffreys' prior), so that nothing is impossible.
PRIOR_COUNT = 0.5
CERAMIDE = ("carbons", "double_bonds", "hydroxyls")


def familiarity(annotations: pl.DataFrame, agreed: pl.DataFrame) -> Array:
    """How much likelier each annotation (n,) is than the usual agreed one, and 1 at most.

    Both have ``prefix`` and the columns ``CERAMIDE``; ``agreed`` has ``weight``, the probability
    that its label is right.
    """
    expected = _share(annotations, agreed, ["prefix"]) * _share(annotations, agreed, [*CERAMIDE])
    own = _share(agreed, agreed, ["prefix"]) * _share(agreed, agreed, [*CERAMIDE])
    weight = agreed["weight"].to_numpy()
    if not weight.sum() > 0:
        return np.ones(annotations.height)
    usual = np.exp(np.average(np.log(own), weights=weight))
    found: Array = np.minimum(expected / usual, 1.0)
    return found


def _share(annotations: pl.DataFrame, agreed: pl.DataFrame, by: list[str]) -> Array:
    """The share of the agreed peaks that have the value of each annotation."""
    counted = agreed.group_by(by).agg(pl.col("weight").sum())
    joined = annotations.select(by).join(
        counted, on=by, how="left", nulls_equal=True, maintain_order="left"
    )
    number = joined["weight"].fill_null(0.0).to_numpy() + PRIOR_COUNT
    found: Array = number / (float(agreed["weight"].sum()) + PRIOR_COUNT * (counted.height + 1))
    return found
