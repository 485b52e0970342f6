"""The rows of a result that are other ions of a species: their group, reason and volume."""

import polars as pl

from app.analysis.names.isotope_labels import NATURAL
from app.analysis.reporting.consolidation import consolidated
from app.analysis.state.analysis_state import AnalysisState

IS_ANOTHER_ION = (
    "It is another ion ({}) of the species of row {}, {} min from it, and has its assignment."
)


def with_ion_groups(rows: pl.DataFrame, state: AnalysisState) -> pl.DataFrame:
    """The rows with ``ion_group``, the row of the main ion; null where a species has one ion."""
    if state.main is None:
        return rows.with_columns(ion_group=pl.lit(None, dtype=pl.UInt32))
    main = (pl.Series("main", state.main) + 1).cast(pl.UInt32)
    is_other = main != rows["row"]
    has_others = rows["row"].is_in(main.filter(is_other).implode())
    apart = state.later_than_main_min().abs().round(3).cast(pl.String)
    sentence = pl.format(IS_ANOTHER_ION, _ion(), main, apart)
    grouped = rows.with_columns(
        ion_group=pl.when(is_other | has_others).then(main),
        reason=pl.when(is_other).then(sentence).otherwise("reason"),
        mass_error_ppm=pl.Series(state.ppm_of_rows).fill_nan(None),
    )
    return consolidated(grouped)


def _ion() -> pl.Expr:
    label = pl.col("isotope_label")
    isotope = pl.when(label.str.starts_with(NATURAL)).then(pl.format("isotope {}", label))
    return pl.coalesce(isotope, "adduct", pl.format("charge {}", "charge"), pl.lit("another"))
