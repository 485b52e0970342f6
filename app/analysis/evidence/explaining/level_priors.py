"""How much the level of evidence of an annotation counts before its retention time is looked at.

An annotation by mass alone or with a low score is more often wrong than one by MS/MS, but by how
much depends on instrument and library. These odds are cautious choices, not measurements: they are
halved at most, so that the retention time decides wherever it says anything (docs/adr/0049).
"""

import math

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.names.cells.evidence_levels import LOW_SCORE, MASS_ALONE

# The odds of the label relative to those of an annotation by MS/MS or of unknown evidence.
ODDS = {LOW_SCORE: 2 / 3, MASS_ALONE: 1 / 2}


def log_prior(evidence: pl.Series, main: Indices | None) -> Array | None:
    """The log odds (rows,) that the evidence of each row adds; None if it adds nothing.

    ``main`` is the position of the main ion of each row, which has the best evidence of its ions.
    """
    if evidence.null_count() == len(evidence):
        return None
    odds = {level: math.log(value) for level, value in ODDS.items()}
    found = evidence.replace_strict(odds, default=0.0, return_dtype=pl.Float64).to_numpy()
    if not found.any() or main is None:
        return found if found.any() else None
    best = np.full(len(found), -np.inf)
    np.maximum.at(best, main, found)
    return best
