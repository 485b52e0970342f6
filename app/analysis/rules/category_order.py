"""Rule 7: the categories elute in the order GP, GQ, GT, GD, GM.

The rule compares mean ceramide-adjusted intercepts with their standard errors, not raw retention
times, which depend on the ceramides in the table. Each step is compared with the other ones too.
"""

import itertools
import math

import numpy as np
import polars as pl

from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.law.straight_law import Contrast
from app.analysis.model.steps.pooled_effect import step_elsewhere
from app.analysis.rules.prefix_verdicts import (
    EXPECTED,
    NOT_TESTABLE,
    PREFIX_VERDICT_SCHEMA,
    UNEXPECTED,
    groups_by_category,
)
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState

ORDER = ("GP", "GQ", "GT", "GD", "GM")
# A step counts as reversed beyond two standard errors, and as unlike the other steps if it differs
# from them by more than three.
REVERSED_Z, UNUSUAL_Z = 2.0, 3.0


def apply(state: AnalysisState) -> AnalysisState:
    """Compare each category with the next one that the table has, and the steps with each other."""
    scale = state.arrays.time_scale
    rows = [] if state.model is None else _prefix_verdicts(state.model, scale)
    return state.with_prefix_verdicts(
        7, pl.DataFrame(rows, schema=PREFIX_VERDICT_SCHEMA, orient="row")
    )


def _prefix_verdicts(model: RetentionModel, time_scale: float) -> list[tuple[str, str, str]]:
    means = _means(model)
    present = [category for category in ORDER if category in means]
    steps = dict(zip(present, itertools.pairwise(present), strict=False))
    contrasts = {category: _step(means, *step) for category, step in steps.items()}
    judged = {category: _judge(step, contrasts, time_scale) for category, step in steps.items()}
    last = present[-1:]
    judged |= {
        one: (NOT_TESTABLE, f"The table has no category that should elute after {one}.")
        for one in last
    }
    prefixes = sorted({group.partition("/")[0] for group in model.groups})
    return [(prefix, *judged[prefix[:2]]) for prefix in prefixes if prefix[:2] in judged]


def _step(means: dict[str, Contrast], category: str, later: str) -> Contrast:
    """How much later a category elutes than the next one, for each further sialic acid."""
    sialic = ORDER.index(later) - ORDER.index(category)
    difference = means[category].difference_min - means[later].difference_min
    error = math.hypot(means[later].standard_error_min, means[category].standard_error_min)
    return Contrast(difference / sialic, error / sialic)


def _judge(
    step: tuple[str, str], contrasts: dict[str, Contrast], time_scale: float
) -> tuple[str, str]:
    """Judge a step between two categories by its direction, and by the other steps."""
    category, later = step
    contrast = contrasts[category]
    others = [one for name, one in contrasts.items() if name != category]
    elsewhere = step_elsewhere(others, time_scale)
    error = math.hypot(contrast.standard_error_min, elsewhere.standard_error_min)
    is_usual = abs(contrast.difference_min - elsewhere.difference_min) <= UNUSUAL_Z * error
    sialic = ORDER.index(later) - ORDER.index(category)
    usual = f"{sialic * abs(elsewhere.difference_min):.2f} min {elsewhere.side}"
    sentence = (
        f"{category} elutes on average {sialic * abs(contrast.difference_min):.2f} ± "
        f"{sialic * contrast.standard_error_min:.2f} min {contrast.side} {later} at the same "
        "ceramide" + ("." if is_usual else f"; {usual} is usual.")
    )
    is_expected = is_usual and contrast.z <= REVERSED_Z
    return EXPECTED if is_expected else UNEXPECTED, sentence


def _means(model: RetentionModel) -> dict[str, Contrast]:
    """The mean intercept of each category in minutes, with a standard error over its groups."""
    intercepts = model.intercepts()
    at, error = (intercepts[n].to_numpy() for n in ("intercept_min", "standard_error_min"))
    means: dict[str, Contrast] = {}
    for category, groups in groups_by_category(model).items():
        places = [model.groups.index(group) for group in groups]
        values = at[places]
        within = float(np.mean(error[places] ** 2))
        between = float(np.var(values, ddof=1)) if len(values) > 1 else 0.0
        means[category] = Contrast(
            float(values.mean()), float(np.sqrt((within + between) / len(values)))
        )
    return means


RULE = Rule(
    number=7,
    title="Category order",
    needs=("group",),
    gives=("verdict_7",),
    apply=apply,
)
