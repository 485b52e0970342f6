"""How one step of the glycan changes the slope of a prefix, and what it does elsewhere.

Retention in one class grows with each carbon as in another, so a modification hardly changes the
slope, and each sialic acid changes it alike.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from app.analysis.model.law.retention_law import SLOPE_SPREAD_MIN
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.law.straight_law import Contrast
from app.analysis.model.least_squares.regression import PRIOR_COUNT
from app.analysis.model.steps.glycan_steps import (
    with_one_sialic_acid_less,
    without_one_modification,
)
from app.analysis.model.steps.pooled_effect import slope_change_elsewhere

SIALIC = "one more sialic acid"


class SlopeStep(NamedTuple):
    """How much steeper a prefix is than its base, which lacks one ``change``, in min per carbon.

    ``scatter_min`` is how much two slopes differ, by the other groups of the table.
    """

    prefix: str
    base: str
    change: str
    steeper: Contrast
    scatter_min: float

    def elsewhere(self, steps: Sequence["SlopeStep"], time_scale: float) -> Contrast:
        """What the same change is expected to do, given what it does to the other prefixes."""
        others = [
            step.steeper
            for step in steps
            if step.change == self.change and step.prefix != self.prefix
        ]
        is_sialic = self.change == SIALIC
        return slope_change_elsewhere(others, self.scatter_min, time_scale, is_sialic=is_sialic)

    def off(self, expected: Contrast) -> float:
        """How far the change is from an expected one, in standard errors."""
        error = math.hypot(self.steeper.standard_error_min, expected.standard_error_min)
        return abs(self.steeper.difference_min - expected.difference_min) / error


def slope_steps(
    model: RetentionModel, groups: dict[str, list[str]], time_scale: float
) -> list[SlopeStep]:
    """The steps to each prefix from the others of a table; ``groups`` are their isomers."""
    off, error = model.slope_deviations
    square_of = dict(zip(model.groups, (off**2 + error**2).tolist(), strict=True))
    found = []
    for prefix in groups:
        bases = [(f"+{name}", base) for name, base in without_one_modification(prefix, groups)]
        fewer = with_one_sialic_acid_less(prefix)
        if "+" not in prefix and fewer in groups:
            bases.append((SIALIC, fewer))
        for change, base in bases:
            two = _nearest_isomers(model, groups[prefix], groups[base])
            scatter_min = _scatter_without(square_of, two, time_scale)
            step = SlopeStep(prefix, base, change, model.slope_contrast(*two), scatter_min)
            found.append(step)
    return found


def _nearest_isomers(model: RetentionModel, own: list[str], others: list[str]) -> tuple[str, str]:
    pairs = [(one, other) for one in own for other in others]
    return min(pairs, key=lambda pair: abs(model.contrast(*pair).difference_min))


def _scatter_without(squares: dict[str, float], two: tuple[str, str], time_scale: float) -> float:
    """How much the slopes of two groups differ, by the groups that are neither of ``two``.

    ``squares`` are what each slope departs from the common one. The spread of the slopes is
    estimated as that of a pool of coefficients is.
    """
    others = [square for group, square in squares.items() if group not in two]
    total = sum(others) + PRIOR_COUNT * (SLOPE_SPREAD_MIN * time_scale) ** 2
    return math.sqrt(2 * total / (len(others) + PRIOR_COUNT))
