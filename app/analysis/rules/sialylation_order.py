"""Rule 6: a further sialic acid makes a ganglioside elute earlier.

The rule compares the ceramide-adjusted intercepts along the steps of one series (GM1, GD1, GT1 and
so on). Across series the order does not hold: on porcine brain GM3 10.61, GM2 10.41, GD3 10.13 and
GM1 10.10 min at 36:1.
"""

import polars as pl

from app.analysis.model.retention_model import RetentionModel
from app.analysis.rules.prefix_verdicts import (
    EXPECTED,
    NOT_TESTABLE,
    PREFIX_VERDICT_SCHEMA,
    UNEXPECTED,
    groups_of_plain_prefixes,
)
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState

STEPS = "MDTQP"
# A step is reversed if it is so by more than two standard errors.
REVERSED_Z = 2.0


def apply(state: AnalysisState) -> AnalysisState:
    """Compare each prefix with that of the same series with one sialic acid less."""
    rows = [] if state.model is None else _prefix_verdicts(state.model)
    return state.with_prefix_verdicts(
        6, pl.DataFrame(rows, schema=PREFIX_VERDICT_SCHEMA, orient="row")
    )


def _prefix_verdicts(model: RetentionModel) -> list[tuple[str, str, str]]:
    groups = groups_of_plain_prefixes(model)
    return [_prefix_verdict(model, groups, prefix) for prefix in groups]


def _prefix_verdict(
    model: RetentionModel, groups: dict[str, list[str]], prefix: str
) -> tuple[str, str, str]:
    step = STEPS.index(prefix[1]) if prefix[1] in STEPS else 0
    fewer = f"G{STEPS[step - 1]}{prefix[2]}" if step else ""
    if fewer not in groups:
        return prefix, NOT_TESTABLE, f"{prefix} has no neighbour with one sialic acid less here."
    contrasts = [model.contrast(own, other) for own in groups[prefix] for other in groups[fewer]]
    worst = max(contrasts, key=lambda contrast: contrast.z)
    sentence = (
        f"{prefix} elutes {abs(worst.difference_min):.2f} ± {worst.standard_error_min:.2f} min "
        f"{'before' if worst.difference_min < 0 else 'after'} {fewer} at the same ceramide."
    )
    return prefix, UNEXPECTED if worst.z > REVERSED_Z else EXPECTED, sentence


RULE = Rule(
    number=6,
    title="Sugars lower retention",
    needs=("group",),
    gives=("verdict_6",),
    apply=apply,
)
