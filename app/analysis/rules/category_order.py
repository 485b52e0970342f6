"""Rule 7: the categories elute in the order GP, GQ, GT, GD, GM.

The rule compares mean ceramide-adjusted intercepts with their standard errors, not raw retention
times, which depend on the ceramides in the table.
"""

import numpy as np
import polars as pl

from app.analysis.model.retention_model import Contrast, RetentionModel
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
REVERSED_Z = 2.0


def apply(state: AnalysisState) -> AnalysisState:
    """Compare each category with the next one that the table has."""
    rows = [] if state.model is None else _prefix_verdicts(state.model)
    return state.with_prefix_verdicts(
        7, pl.DataFrame(rows, schema=PREFIX_VERDICT_SCHEMA, orient="row")
    )


def _prefix_verdicts(model: RetentionModel) -> list[tuple[str, str, str]]:
    means = _means(model)
    present = [category for category in ORDER if category in means]
    judged = {category: _judge(category, present, means) for category in present}
    prefixes = sorted({group.partition("/")[0] for group in model.groups})
    return [(prefix, *judged[prefix[:2]]) for prefix in prefixes if prefix[:2] in judged]


def _judge(category: str, present: list[str], means: dict[str, Contrast]) -> tuple[str, str]:
    place = present.index(category)
    if place + 1 == len(present):
        return NOT_TESTABLE, f"No category that elutes later than {category} is here."
    later = present[place + 1]
    difference = means[later].difference_min - means[category].difference_min
    error = float(np.hypot(means[later].standard_error_min, means[category].standard_error_min))
    gap = Contrast(difference, error)
    side = "before" if difference > 0 else "after"
    sentence = f"{category} elutes {abs(difference):.2f} ± {error:.2f} min {side} {later}."
    return UNEXPECTED if gap.z < -REVERSED_Z else EXPECTED, sentence


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
