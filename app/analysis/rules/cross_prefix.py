"""Rule 9: prefixes are consistent: their slopes agree, and they have the same ceramides.

The brain makes all gangliosides from one pool of ceramides, so a ceramide that no other prefix has
is a soft warning. So is a slope that differs from the common one by three standard errors, and one
that a single step of the glycan changes by two standard errors more or less than the same step
changes others.
"""

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array
from app.analysis.model.steps.slope_steps import SlopeStep, slope_steps
from app.analysis.rules.prefix_verdicts import (
    EXPECTED,
    PREFIX_VERDICT_SCHEMA,
    UNEXPECTED,
    groups_by_prefix,
)
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState, PeakColumns, first_true_case

VERDICTS = ("odd slope", "lone ceramide", "as expected")
LIKELY = 0.5
# The standard errors by which a slope may differ from the common one, and by which a step may
# change it unlike the same step elsewhere, as in rule 8.
UNEXPECTED_Z, UNEXPECTED_STEP_Z = 3.0, 2.0


def apply(state: AnalysisState) -> AnalysisState:
    """Count the other prefixes with the ceramide of each row, and check the slope of its group."""
    sharing = state.in_blocks(_sharing)
    slope_z = _slopes(state)[state["group"]]
    judged = state.with_prefix_verdicts(9, _prefix_verdicts(state))
    has_odd_step = judged["verdict_9"] == _number_of(UNEXPECTED, judged.labels["verdict_9"])
    is_odd = (np.abs(slope_z) > UNEXPECTED_Z) | has_odd_step
    verdict = first_true_case(is_odd, sharing["sharing_prefixes"] == 0)
    found = {**sharing, "slope_z": slope_z, "verdict_9": verdict}
    return judged.with_peak_columns(found, verdict_9=VERDICTS)


def _prefix_verdicts(state: AnalysisState) -> pl.DataFrame:
    """What each step of the glycan does to the slope of a prefix, against the same elsewhere."""
    rows: list[tuple[str, str, str]] = []
    if state.model is not None:
        scale, groups = state.arrays.time_scale, groups_by_prefix(state.model)
        steps = slope_steps(state.model, groups, scale)
        rows = [_worst(steps, prefix, scale) for prefix in groups if _to(steps, prefix)]
    return pl.DataFrame(rows, schema=PREFIX_VERDICT_SCHEMA, orient="row")


def _to(steps: list[SlopeStep], prefix: str) -> list[SlopeStep]:
    return [step for step in steps if step.prefix == prefix]


def _worst(steps: list[SlopeStep], prefix: str, time_scale: float) -> tuple[str, str, str]:
    """Judge the step to a prefix that differs most from the same step elsewhere."""
    usual = {step: step.elsewhere(steps, time_scale) for step in _to(steps, prefix)}
    worst = max(usual, key=lambda step: step.off(usual[step]))
    steeper, expected = worst.steeper, usual[worst]
    verdict = UNEXPECTED if worst.off(expected) > UNEXPECTED_STEP_Z else EXPECTED
    sentence = (
        f"Each further carbon delays {prefix} {abs(steeper.difference_min):.3f} ± "
        f"{steeper.standard_error_min:.3f} min {'less' if steeper.difference_min < 0 else 'more'} "
        f"than {worst.base}. Usually {worst.change} changes this delay by "
        f"{expected.difference_min:+.3f} ± {expected.standard_error_min:.3f} min."
    )
    return prefix, verdict, sentence


def _number_of(verdict: str, labels: tuple[str | None, ...]) -> int:
    return labels.index(verdict) if verdict in labels else -1


def _sharing(state: AnalysisState) -> PeakColumns:
    """How many other prefixes of the sample have the ceramide of each peak."""
    arrays = state.arrays
    prefixes = int(arrays.names["prefix_code"].max()) + 1  # type: ignore[arg-type]
    ceramides = int(arrays.names["ceramide_code"].max()) + 1  # type: ignore[arg-type]
    ceramide = arrays.cell(arrays.of_species("ceramide_code"), ceramides)
    carrier = ceramide * prefixes + arrays.prefix
    is_carried = np.zeros(arrays.samples * ceramides * prefixes, dtype=np.bool_)
    is_carried[carrier[state["p_true"] >= LIKELY]] = True
    carriers = is_carried.reshape(-1, prefixes).sum(axis=1, dtype=np.uint16)
    return {"sharing_prefixes": carriers[ceramide] - is_carried[carrier]}


def _slopes(state: AnalysisState) -> Array:
    """Each group's deviation from the common slope, in standard errors; NaN where none was fitted.

    The groups are in the order of the labels of ``group``.
    """
    if state.model is None:
        return np.full(len(state.labels["group"]), np.nan)
    off, error = state.model.slope_deviations
    known = dict(zip(state.model.groups, off / error, strict=True))
    return np.array([known.get(group or "", np.nan) for group in state.labels["group"]])


def _sharing_in_words() -> pl.Expr:
    sharing = pl.col("sharing_prefixes")
    return (
        pl.when(sharing == 0)
        .then(pl.lit("No other class of its sample has this ceramide."))
        .when(sharing == 1)
        .then(pl.lit("One other class of its sample has this ceramide."))
        .otherwise(pl.format("{} other classes of its sample have this ceramide.", sharing))
    )


def _slope_in_words() -> pl.Expr:
    z = pl.col("slope_z")
    how = (
        pl.when(z.abs() <= UNEXPECTED_Z)
        .then(pl.lit("about as much as"))
        .when(z > 0)
        .then(pl.lit("more than"))
        .otherwise(pl.lit("less than"))
    )
    delays = "Each further carbon delays its class {} other classes ({} standard errors apart)."
    return pl.coalesce(
        pl.format(delays, how, z.abs().round(1)),
        pl.lit("How much each further carbon delays its class could not be fitted."),
    )


RULE = Rule(
    number=9,
    title="Consistency of classes",
    needs=("group", "p_true"),
    gives=("sharing_prefixes", "slope_z", "verdict_9"),
    apply=apply,
    sentence=pl.format("{} {}", _sharing_in_words(), _slope_in_words()),
)
