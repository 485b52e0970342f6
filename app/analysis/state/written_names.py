"""The molecular and shorthand names of the rows, and a warning of names that leave a choice."""

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Indices
from app.analysis.names.name_table import WRITTEN_NAMES, name_choices
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning


def of_rows(values: pl.Series, name: Indices) -> pl.Series:
    """The value of the name of each row; null for a row without a name."""
    if values.null_count() == len(values):
        none = pl.Series(values.name, [None], dtype=values.dtype)
        return none.new_from_index(0, len(name))
    return pl.concat([values, pl.Series([None], dtype=values.dtype)]).gather(
        np.where(name < 0, len(values), name)
    )


def with_written_names(table: pl.DataFrame, name: Indices, parsed: pl.DataFrame) -> pl.DataFrame:
    """Give each row the molecular and the shorthand name that its name says."""
    return table.with_columns(of_rows(parsed[each], name).alias(each) for each in WRITTEN_NAMES)


def name_warnings(name: Indices, parsed: pl.DataFrame) -> list[DataWarning]:
    """One warning for all names in which a choice was made, with the rows that have them."""
    sentence = name_choices(parsed)
    if not sentence:
        return []
    is_chosen = of_rows(parsed["name_warning"].is_not_null(), name).fill_null(value=False)
    rows = np.flatnonzero(is_chosen.to_numpy())[:SHOWN_ROWS] + 1
    return [DataWarning("names", sentence, tuple(rows.tolist()))]
