"""The rows of a result: what was read, what the name says, and the call with its facts."""

import polars as pl

from app.analysis.computing.numbered_texts import FEW, as_words
from app.analysis.names.cells.sample_roles import BLANK
from app.analysis.reporting.ion_rows import with_ion_groups
from app.analysis.reporting.reason_facts import reason_in_words, with_reason_facts
from app.analysis.reporting.result import ROW_SCHEMA, STORED_SCHEMA
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.preparation.set_apart import CALLS, kinds_set_apart

INTERVAL_SDS = 1.96


def result_rows(state: AnalysisState) -> pl.DataFrame:
    """Every row of the table in input order (``STORED_SCHEMA``); words are of the type Enum."""
    rows = with_reason_facts(state.columns(*ROW_SCHEMA, "evidence"), state)
    predicted, reach = (
        pl.col("rt_min") - pl.col("residual_min"),
        INTERVAL_SDS * state.column("sd_min"),
    )
    rows = rows.with_columns(
        predicted_rt_min=predicted,
        interval_low_min=predicted - reach,
        interval_high_min=predicted + reach,
        evidence_level="evidence",
        reason=pl.lit(None, dtype=pl.Enum([])),
        set_apart=kinds_set_apart(state.apart),
    )
    if len(state.arrays.row) < rows.height:
        rows = _with_unjudged(rows, state)
    rows = with_ion_groups(rows, state)
    rows = rows[[*STORED_SCHEMA]]
    rows = rows.with_columns(as_words(rows[name]) for name in _of_type(rows, pl.String))
    kinds = rows.schema
    others = {name: kind for name, kind in STORED_SCHEMA.items() if not _is(kinds[name], kind)}
    return _with_one_null(rows.cast(others))  # type: ignore[arg-type]


def _is(has: pl.DataType, kind: pl.DataType) -> bool:
    return has == kind or (has == pl.Enum and kind == pl.String)


def _of_type(rows: pl.DataFrame, kind: type[pl.DataType]) -> list[str]:
    """The names of the columns of a type; the columns themselves would take their full size."""
    return [name for name, has in rows.schema.items() if has == kind]


def _with_one_null(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows, where a column without values takes the memory of one null, if they are many.

    Of few rows the query takes longer than it saves.
    """
    if rows.height < FEW:
        return rows
    nulls, kinds = rows.null_count().row(0, named=True), rows.schema
    empty = [name for name, count in nulls.items() if count == rows.height]
    return rows.with_columns(pl.lit(None, dtype=kinds[name]).alias(name) for name in empty)


def _with_unjudged(rows: pl.DataFrame, state: AnalysisState) -> pl.DataFrame:
    """The rows with a call for those that no rule judged: set apart, or not usable."""
    call = pl.col("set_apart").replace_strict(
        CALLS, default="invalid", return_dtype=rows.schema["call"]
    )
    return rows.with_columns(
        call=pl.coalesce("call", call),
        rule=pl.col("rule").fill_null(0),
        reason=reason_in_words(pl.coalesce(state.apart, state.table["problem"])),
        confidence=pl.col("confidence").fill_null(0.0),
        consolidated_volume=pl.coalesce(
            "consolidated_volume", pl.when(pl.col("set_apart") == BLANK).then("peak_area")
        ),
    )
