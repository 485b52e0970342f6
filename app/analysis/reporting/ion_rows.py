"""The rows of a result that are other ions of a species: their group, reason and volume."""

import polars as pl

from app.analysis.reporting.consolidation import consolidated
from app.analysis.reporting.reason_facts import with_other_ions
from app.analysis.state.analysis_state import AnalysisState


def with_ion_groups(rows: pl.DataFrame, state: AnalysisState) -> pl.DataFrame:
    """The rows with ``ion_group``, the row of the main ion; null where a species has one ion."""
    if state.main is None:
        return rows.with_columns(ion_group=pl.lit(None, dtype=pl.UInt32))
    main = (pl.Series("main", state.main) + 1).cast(pl.UInt32)
    is_other = main != rows["row"]
    has_others = rows["row"].is_in(main.filter(is_other).implode())
    grouped = with_other_ions(rows, state, is_other).with_columns(
        ion_group=pl.when(is_other | has_others).then(main),
        mass_error_ppm=pl.Series(state.ppm_of_rows).fill_nan(None),
    )
    return consolidated(grouped)
