"""Rule 8: each modification shifts retention by an effect of its own, and effects add up.

On porcine brain dHex shifts by -0.07, HexNAc by -0.09 and OAc by +0.058 min. The rule compares each
prefix with those that have one modification less, and each shift with that of the same modification
of other prefixes. A stack must shift by the sum of its steps. Both must hold within two standard
errors.
"""

import math
from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.law.straight_law import Contrast
from app.analysis.model.steps.glycan_steps import without_one_modification
from app.analysis.model.steps.pooled_effect import effect_elsewhere
from app.analysis.rules.prefix_verdicts import (
    EXPECTED,
    NOT_TESTABLE,
    PREFIX_VERDICT_SCHEMA,
    UNEXPECTED,
    groups_by_prefix,
)
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState

UNEXPECTED_Z = 2.0
# A modification that shifts all prefixes alike is unexpected beyond this many standard errors of
# what is usual: another column may well change it, but not turn +0.06 into -0.98 min.
IMPLAUSIBLE_Z = 6.0
# Where the sentence on a step has no others to name.
USUALLY = "Usually"
SEVERITY = (UNEXPECTED, EXPECTED, NOT_TESTABLE)


def apply(state: AnalysisState) -> AnalysisState:
    """Compare each modified prefix with its core, and with the same change elsewhere."""
    scale = state.arrays.time_scale
    rows = [] if state.model is None else _prefix_verdicts(state.model, scale)
    return state.with_prefix_verdicts(
        8, pl.DataFrame(rows, schema=PREFIX_VERDICT_SCHEMA, orient="row")
    )


class Step(NamedTuple):
    """One modification of a prefix, and how much later the prefix elutes than without it."""

    prefix: str
    modification: str
    base: str
    shift: Contrast


def _prefix_verdicts(model: RetentionModel, time_scale: float) -> list[tuple[str, str, str]]:
    groups = groups_by_prefix(model)
    steps = [step for prefix in groups for step in _steps(model, groups, prefix)]
    verdicts = []
    for prefix in groups:
        judged = [_judge_step(step, steps, time_scale) for step in steps if step.prefix == prefix]
        if prefix.count("+") > 1 and prefix.partition("+")[0] in groups:
            judged.insert(0, _judge_sum(model, groups, prefix))
        if judged:
            # If several sentences have the same verdict, the first is given.
            worst = min(judged, key=lambda one: SEVERITY.index(one[0]))
            verdicts.append((prefix, *worst))
    return verdicts


def _steps(model: RetentionModel, groups: dict[str, list[str]], prefix: str) -> list[Step]:
    """Each modification of a prefix whose form without it is in the table."""
    return [
        Step(prefix, modification, base, _shift(model, groups, prefix, base))
        for modification, base in without_one_modification(prefix, groups)
    ]


def _shift(model: RetentionModel, groups: dict[str, list[str]], prefix: str, base: str) -> Contrast:
    """How much later a prefix elutes than the nearest isomer of another."""
    pairs = [model.contrast(one, other) for one in groups[prefix] for other in groups[base]]
    return min(pairs, key=lambda contrast: abs(contrast.difference_min))


def _judge_step(step: Step, steps: list[Step], time_scale: float) -> tuple[str, str]:
    """Compare a modification with the same one of other prefixes, and with what is known of it."""
    prefix, modification, _, shift = step
    others = [
        other.shift
        for other in steps
        if other.modification == modification and other.prefix != prefix
    ]
    source = f"In {len(others)} other classes" if len(others) > 1 else USUALLY
    known = (
        (effect_elsewhere(modification, others, time_scale), UNEXPECTED_Z, source),
        # All prefixes may show the same wrong shift.
        (effect_elsewhere(modification, [], time_scale), IMPLAUSIBLE_Z, USUALLY),
    )
    for expected, most_z, by in known:
        error = math.hypot(shift.standard_error_min, expected.standard_error_min)
        if abs(shift.difference_min - expected.difference_min) > most_z * error:
            return UNEXPECTED, _compared(step, expected, by)
    return EXPECTED, _compared(step, known[0][0], source)


def _compared(step: Step, expected: Contrast, source: str) -> str:
    return (
        f"{_elutes(step.prefix, step.shift, step.base)} {source} +{step.modification} shifts the "
        f"retention time by {expected.difference_min:+.3f} ± {expected.standard_error_min:.3f} min."
    )


def _elutes(prefix: str, shift: Contrast, base: str) -> str:
    minutes = f"{abs(shift.difference_min):.3f} ± {shift.standard_error_min:.3f} min"
    return f"{prefix} elutes {minutes} {shift.side} {base} at the same ceramide."


def _judge_sum(model: RetentionModel, groups: dict[str, list[str]], prefix: str) -> tuple[str, str]:
    """Compare a stack of modifications with the sum of its single steps."""
    core, *modifications = prefix.split("+")
    shift = _shift(model, groups, prefix, core)
    elutes = _elutes(prefix, shift, core)
    singles = [f"{core}+{name}" for name in modifications]
    if any(single not in groups for single in singles):
        return (
            NOT_TESTABLE,
            f"{elutes} The table lacks {core} with one of these modifications alone.",
        )
    known = [_shift(model, groups, single, core) for single in singles]
    total = sum(single.difference_min for single in known)
    error = float(
        np.hypot.reduce([shift.standard_error_min, *(s.standard_error_min for s in known)])
    )
    is_additive = abs(shift.difference_min - total) <= UNEXPECTED_Z * error
    sentence = (
        f"{elutes} The shifts of its modifications one by one add up to {total:+.3f} ± "
        f"{error:.3f} min."
    )
    return EXPECTED if is_additive else UNEXPECTED, sentence


RULE = Rule(
    number=8,
    title="Modification stacks",
    needs=("group",),
    gives=("verdict_8",),
    apply=apply,
)
