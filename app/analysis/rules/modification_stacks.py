"""Rule 8: each modification shifts retention by an effect of its own, and effects add up.

On porcine brain dHex shifts by -0.07, HexNAc by -0.09 and OAc by +0.058 min. The rule compares each
single modification with its core, and the shift with that of the same modification of other cores.
A stack must shift by the sum of its steps. Both must hold within two standard errors.
"""

import math

import numpy as np
import polars as pl

from app.analysis.model.pooled_effect import effect_elsewhere
from app.analysis.model.retention_model import Contrast, RetentionModel
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


def apply(state: AnalysisState) -> AnalysisState:
    """Compare each modified prefix with its core, and with the same change elsewhere."""
    scale = state.arrays.time_scale
    rows = [] if state.model is None else _prefix_verdicts(state.model, scale)
    return state.with_prefix_verdicts(
        8, pl.DataFrame(rows, schema=PREFIX_VERDICT_SCHEMA, orient="row")
    )


def _prefix_verdicts(model: RetentionModel, time_scale: float) -> list[tuple[str, str, str]]:
    shifts = _shifts(model)
    return [
        _step_verdict(prefix, shifts, time_scale)
        if prefix.count("+") == 1
        else _stack_verdict(prefix, shifts)
        for prefix in shifts
    ]


def _shifts(model: RetentionModel) -> dict[str, Contrast]:
    """How much later each modified prefix elutes than the nearest isomer of its core."""
    groups = groups_by_prefix(model)
    shifts = {}
    for prefix, own in groups.items():
        core, _, modifications = prefix.partition("+")
        if modifications and core in groups:
            pairs = [model.contrast(one, base) for one in own for base in groups[core]]
            shifts[prefix] = min(pairs, key=lambda contrast: abs(contrast.difference_min))
    return shifts


def _step_verdict(
    prefix: str, shifts: dict[str, Contrast], time_scale: float
) -> tuple[str, str, str]:
    """Compare a single modification with the same one of other cores."""
    shift, (core, modification) = shifts[prefix], prefix.split("+")
    others = [other for name, other in shifts.items() if name.split("+")[1:] == [modification]]
    others.remove(shift)
    elsewhere = effect_elsewhere(modification, others, time_scale)
    error = math.hypot(shift.standard_error_min, elsewhere.standard_error_min)
    is_usual = abs(shift.difference_min - elsewhere.difference_min) <= UNEXPECTED_Z * error
    source = f"{len(others)} other cores" if len(others) > 1 else "what is usual"
    sentence = (
        f"{_elutes(prefix, shift)} from {core}; by {source}, {modification} should shift it by "
        f"{elsewhere.difference_min:+.3f} ± {elsewhere.standard_error_min:.3f} min."
    )
    return prefix, EXPECTED if is_usual else UNEXPECTED, sentence


def _elutes(prefix: str, shift: Contrast) -> str:
    return f"{prefix} elutes {shift.difference_min:+.3f} ± {shift.standard_error_min:.3f} min"


def _stack_verdict(prefix: str, shifts: dict[str, Contrast]) -> tuple[str, str, str]:
    """Compare a stack of modifications with the sum of its single steps."""
    shift, elutes = shifts[prefix], _elutes(prefix, shifts[prefix])
    core, *modifications = prefix.split("+")
    singles = [shifts.get(f"{core}+{name}") for name in modifications]
    known = [single for single in singles if single is not None]
    if len(known) < len(modifications):
        return prefix, NOT_TESTABLE, f"{elutes} from {core}; not all of its single steps are here."
    total = sum(single.difference_min for single in known)
    error = float(
        np.hypot.reduce([shift.standard_error_min, *(s.standard_error_min for s in known)])
    )
    is_additive = abs(shift.difference_min - total) <= UNEXPECTED_Z * error
    sentence = f"{elutes} from {core}, where its single steps add up to {total:+.3f} ± {error:.3f}."
    return prefix, EXPECTED if is_additive else UNEXPECTED, sentence


RULE = Rule(
    number=8,
    title="Modification stacks",
    needs=("group",),
    gives=("verdict_8",),
    apply=apply,
)
