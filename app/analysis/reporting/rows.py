"""The rows of a result: what was read, what the name says, and the call with its reason."""

import polars as pl

from app.analysis.reporting.reasons import reasons
from app.analysis.reporting.result import ROW_SCHEMA
from app.analysis.state.analysis_state import AnalysisState

INTERVAL_SDS = 1.96


def result_rows(state: AnalysisState) -> pl.DataFrame:
    """Every row of the table in input order (``ROW_SCHEMA``)."""
    rows = state.columns(*ROW_SCHEMA).with_columns(state.of_rows(reasons(state)))
    predicted, reach = (
        pl.col("rt_min") - pl.col("residual_min"),
        INTERVAL_SDS * state.column("sd_min"),
    )
    is_usable = pl.col("call").is_not_null()
    rows = rows.with_columns(
        predicted_rt_min=predicted,
        interval_low_min=predicted - reach,
        interval_high_min=predicted + reach,
    )
    if len(state.arrays.row) < rows.height:
        rows = rows.with_columns(
            call=pl.col("call").fill_null("invalid"),
            rule=pl.col("rule").fill_null(0),
            reason=pl.when(is_usable).then("reason").otherwise(state.table["problem"]),
            confidence=pl.col("confidence").fill_null(0.0),
        )
    return rows.select(*ROW_SCHEMA).cast(ROW_SCHEMA)  # type: ignore[arg-type]
