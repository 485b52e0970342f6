"""Which rows are set apart from the species of the samples: peaks of blanks, labelled standards.

They are no rivals of species, and no model is fitted to them (docs/adr/0049, 0057).
"""

from collections.abc import Iterator

import polars as pl

from app.analysis.names.cells.isotope_labels import NATURAL
from app.analysis.names.cells.sample_roles import BLANK
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning

STANDARDS = "standards"

OF_BLANK = "It is a peak of a blank: background, not a species of a sample."
OF_STANDARD = (
    "It is labelled ({}): a standard that was added, not a species of the sample. It is set apart."
)


STANDARD = "standard"
# The call of each kind: a standard is not judged, a peak of a blank has no species of a sample.
CALLS = {STANDARD: "invalid", BLANK: "outlier"}


def kinds_set_apart(reasons: pl.Series) -> pl.Series:
    """``blank`` or ``standard`` for each row that is set apart; null for others."""
    if reasons.null_count() == len(reasons):
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(reasons))
    kind = pl.when(pl.col("apart") == OF_BLANK).then(pl.lit(BLANK)).otherwise(pl.lit(STANDARD))
    apart = pl.DataFrame({"apart": reasons})
    return apart.select(pl.when(pl.col("apart").is_not_null()).then(kind)).to_series()


def standard_warnings(reasons: pl.Series) -> Iterator[DataWarning]:
    """A warning that counts the standards, with their rows."""
    if reasons.null_count() == len(reasons):
        return
    rows = (kinds_set_apart(reasons) == STANDARD).fill_null(value=False).arg_true() + 1
    if rows.is_empty():
        return
    what = (
        "1 row is a standard that was"
        if len(rows) == 1
        else f"{len(rows):,} rows are standards that were"
    )
    message = (
        f"{what} added to the samples. Standards are set apart: they are not judged, no "
        "model is fitted to them, and they are neither rivals nor counted as species."
    )
    yield DataWarning(STANDARDS, message, tuple(rows.head(SHOWN_ROWS).to_list()))


def reasons_set_apart(table: pl.DataFrame, of_name: pl.Series) -> pl.Series:
    """Why each row of a peak table is set apart; null where it is not.

    ``of_name`` (rows,) says so of rows whose name is that of a standard.
    """
    if not _may_be_apart(table, of_name):
        return pl.Series("apart", [None], dtype=pl.String).new_from_index(0, table.height)
    is_blank = pl.col("sample_role") == BLANK
    label = pl.col("isotope_label")
    is_labelled = ~label.str.starts_with(NATURAL)
    reason = (
        pl.when(is_blank)
        .then(pl.lit(OF_BLANK))
        .when(is_labelled)
        .then(pl.format(OF_STANDARD, label))
        .otherwise(of_name)
    )
    is_usable = pl.col("problem").is_null()
    return table.select(apart=pl.when(is_usable).then(reason)).to_series()


def _may_be_apart(table: pl.DataFrame, of_name: pl.Series) -> bool:
    """Whether a row is of a blank, has a label, or the name of a standard, as few rows have."""
    is_named = any(len(said) > said.null_count() for said in (of_name, table["isotope_label"]))
    return is_named or bool((table["sample_role"] == BLANK).any())
