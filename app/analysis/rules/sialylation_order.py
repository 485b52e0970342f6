"""Rule 6: a further sialic acid makes a ganglioside elute earlier.

The rule compares the ceramide-adjusted intercepts along the steps of one series (GM1, GD1, GT1 and
so on), and each step with the other ones of the table. Across series the order does not hold: on
porcine brain GM3 10.61, GM2 10.41, GD3 10.13 and GM1 10.10 min at 36:1.
"""

import math

import polars as pl

from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.law.straight_law import Contrast
from app.analysis.model.steps.glycan_steps import with_one_sialic_acid_less
from app.analysis.model.steps.pooled_effect import step_elsewhere
from app.analysis.rules.prefix_verdicts import (
    EXPECTED,
    NOT_TESTABLE,
    PREFIX_VERDICT_SCHEMA,
    UNEXPECTED,
    groups_of_plain_prefixes,
)
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState

# A step counts as reversed beyond two standard errors, and as unlike the other steps if it differs
# from them by more than three.
REVERSED_Z, UNUSUAL_Z = 2.0, 3.0


def apply(state: AnalysisState) -> AnalysisState:
    """Compare each prefix with that of the same series with one sialic acid less."""
    scale = state.arrays.time_scale
    rows = [] if state.model is None else _prefix_verdicts(state.model, scale)
    return state.with_prefix_verdicts(
        6, pl.DataFrame(rows, schema=PREFIX_VERDICT_SCHEMA, orient="row")
    )


def _prefix_verdicts(model: RetentionModel, time_scale: float) -> list[tuple[str, str, str]]:
    groups = groups_of_plain_prefixes(model)
    steps = {prefix: _steps(model, groups, prefix) for prefix in groups}
    worst = {
        prefix: max(contrasts, key=lambda contrast: contrast.z)
        for prefix, contrasts in steps.items()
        if contrasts
    }
    return [_prefix_verdict(prefix, worst, time_scale) for prefix in groups]


def _steps(model: RetentionModel, groups: dict[str, list[str]], prefix: str) -> list[Contrast]:
    """How much later each isomer elutes than each isomer with one sialic acid less."""
    others = groups.get(with_one_sialic_acid_less(prefix), [])
    return [model.contrast(own, other) for own in groups[prefix] for other in others]


def _prefix_verdict(
    prefix: str, steps: dict[str, Contrast], time_scale: float
) -> tuple[str, str, str]:
    """Judge the step to a prefix by its direction, and by the other steps of the table."""
    step = steps.get(prefix)
    if step is None:
        return (
            prefix,
            NOT_TESTABLE,
            (f"The table has no class with one sialic acid less than {prefix} in its series."),
        )
    elsewhere = step_elsewhere([one for name, one in steps.items() if name != prefix], time_scale)
    error = math.hypot(step.standard_error_min, elsewhere.standard_error_min)
    is_usual = abs(step.difference_min - elsewhere.difference_min) <= UNUSUAL_Z * error
    usual = f"{abs(elsewhere.difference_min):.2f} min {elsewhere.side}"
    sentence = (
        f"{prefix} elutes {abs(step.difference_min):.2f} ± {step.standard_error_min:.2f} min "
        f"{step.side} {with_one_sialic_acid_less(prefix)} at the same ceramide"
        + ("." if is_usual else f"; {usual} is usual for one more sialic acid.")
    )
    return prefix, EXPECTED if is_usual and step.z <= REVERSED_Z else UNEXPECTED, sentence


RULE = Rule(
    number=6,
    title="Sugars lower retention",
    needs=("group",),
    gives=("verdict_6",),
    apply=apply,
)
