"""Rule 9: prefixes are consistent: their slopes agree, and they have the same ceramides.

The brain makes all gangliosides from one pool of ceramides, so a ceramide that no other prefix has
is a soft warning. So is a slope that differs from the common one by three standard errors.
"""

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState, PeakColumns, first_true_case

VERDICTS = ("odd slope", "lone ceramide", "as expected")
LIKELY = 0.5
UNEXPECTED_Z = 3.0


def apply(state: AnalysisState) -> AnalysisState:
    """Count the other prefixes with the ceramide of each row, and check the slope of its group."""
    sharing = state.in_blocks(_sharing)
    slope_z = _slopes(state)[state["group"]]
    verdict = first_true_case(np.abs(slope_z) > UNEXPECTED_Z, sharing["sharing_prefixes"] == 0)
    found = {**sharing, "slope_z": slope_z, "verdict_9": verdict}
    return state.with_peak_columns(found, verdict_9=VERDICTS)


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
    slopes = state.model.slopes()
    z = slopes["slope_deviation"] / slopes["standard_error"]
    known = dict(zip(slopes["group"], z, strict=True))
    return np.array([known.get(group or "", np.nan) for group in state.labels["group"]])


RULE = Rule(
    number=9,
    title="Cross-prefix consistency",
    needs=("group", "p_true"),
    gives=("sharing_prefixes", "slope_z", "verdict_9"),
    apply=apply,
    sentence=pl.format(
        "{} other prefixes carry this ceramide; the slope of its own departs from the common one "
        "by {} standard errors.",
        "sharing_prefixes",
        pl.col("slope_z").fill_null(0.0).abs().round(1),
    ),
)
