"""The call of every row as soon as the retention model is fitted, before the other rules."""

import polars as pl

from app.analysis.rules import confidence
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.calls import CALLS
from app.analysis.state.preparation.set_apart import CALLS as CALLS_SET_APART
from app.analysis.state.preparation.set_apart import kinds_set_apart


def early_calls(state: AnalysisState) -> pl.DataFrame:
    """The call of every row of the table, and whether it was judged: row, call, is_judged.

    The calls are those of ``result_rows``, because no rule after the retention model changes one.
    """
    found = state.in_blocks(lambda block: {"call": confidence.calls(block)})
    call = state.with_peak_columns(found, call=CALLS).column("call")
    apart = kinds_set_apart(state.apart).replace_strict(
        CALLS_SET_APART, default="invalid", return_dtype=pl.String
    )
    rows = pl.DataFrame({"row": state.table["row"], "call": call, "apart": apart})
    return rows.select(
        "row", call=pl.coalesce("call", "apart"), is_judged=pl.col("call").is_not_null()
    )
