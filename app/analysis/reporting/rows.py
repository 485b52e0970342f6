"""The rows of a result: what was read, what the name says, and the call with its reason."""

import polars as pl

from app.analysis.names.sample_roles import BLANK
from app.analysis.reporting.ion_rows import with_ion_groups
from app.analysis.reporting.reasons import reasons
from app.analysis.reporting.result import ROW_SCHEMA
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.set_apart import CALLS, kinds_set_apart

INTERVAL_SDS = 1.96
OTHER_NAMES = "Its cell also names {}, which was not judged."


def result_rows(state: AnalysisState) -> pl.DataFrame:
    """Every row of the table in input order (``ROW_SCHEMA``)."""
    rows = state.columns(*ROW_SCHEMA, "evidence").with_columns(state.of_rows(reasons(state)))
    predicted, reach = (
        pl.col("rt_min") - pl.col("residual_min"),
        INTERVAL_SDS * state.column("sd_min"),
    )
    rows = rows.with_columns(
        predicted_rt_min=predicted,
        interval_low_min=predicted - reach,
        interval_high_min=predicted + reach,
        evidence_level="evidence",
        set_apart=kinds_set_apart(state.apart),
    )
    if len(state.arrays.row) < rows.height:
        rows = _with_unjudged(rows, state)
    rows = _with_other_names(with_ion_groups(rows, state), state)
    return rows.select(*ROW_SCHEMA).cast(ROW_SCHEMA)  # type: ignore[arg-type]


def _with_unjudged(rows: pl.DataFrame, state: AnalysisState) -> pl.DataFrame:
    """The rows with a call for those that no rule judged: set apart, or not usable."""
    call = pl.col("set_apart").replace_strict(CALLS, default="invalid", return_dtype=pl.String)
    return rows.with_columns(
        call=pl.coalesce("call", call),
        rule=pl.col("rule").fill_null(0),
        reason=pl.coalesce("reason", state.apart, state.table["problem"]),
        confidence=pl.col("confidence").fill_null(0.0),
        consolidated_volume=pl.coalesce(
            "consolidated_volume", pl.when(pl.col("set_apart") == BLANK).then("peak_area")
        ),
    )


def _with_other_names(rows: pl.DataFrame, state: AnalysisState) -> pl.DataFrame:
    """The rows with the other names of their cell in the reason, where it lists several."""
    others = state.table["alternatives"]
    if others.null_count() == rows.height:
        return rows
    listed = others.str.replace_all("|", ", ", literal=True)
    sentence = pl.format("{} " + OTHER_NAMES, "reason", pl.lit(listed))
    reason = pl.when(others.is_not_null()).then(sentence).otherwise("reason")
    return rows.with_columns(reason=reason)
