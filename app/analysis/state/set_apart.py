"""Which rows are set apart from the species of the samples: peaks of blanks, labelled standards.

They are no rivals of species, and no model is fitted to them (docs/adr/0049).
"""

import polars as pl

from app.analysis.names.isotope_labels import NATURAL
from app.analysis.names.sample_roles import BLANK

OF_BLANK = "It is a peak of a blank: background, not a species of a sample."
OF_STANDARD = (
    "It is labelled ({}): a standard that was added, not a species of the sample. It is set apart."
)


def reasons_set_apart(table: pl.DataFrame, of_name: pl.Series) -> pl.Series:
    """Why each row of a peak table is set apart; null where it is not.

    ``of_name`` (rows,) says so of rows whose name is that of a standard.
    """
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
