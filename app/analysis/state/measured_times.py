"""Bring what the rules found in straight times back to measured ones, where a run has a curve."""

from msgspec.structs import replace

from app.analysis.state.analysis_state import AnalysisState


def in_measured_times(state: AnalysisState) -> AnalysisState:
    """The state with residuals, their standard deviations and rival times as measured."""
    if state.curve is None or "residual_min" not in state.peak_columns:
        return state
    arrays, curve = state.arrays, state.curve
    straight = arrays.time_min - state["residual_min"]
    predicted, sd = curve.measured_with_sd(straight, state["sd_min"])
    found = {
        "residual_min": curve.measured(arrays.time_min) - predicted,
        "sd_min": sd,
        "rival_min": curve.measured(state["rival_min"]),
    }
    return replace(state, peak_columns={**state.peak_columns, **found})
