"""Number the texts of a column."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

# So few texts are numbered in Python in less time than Polars takes to start its queries.
FEW = 5_000


def numbered(text: pl.Series) -> tuple[NDArray[np.int64], list[str]]:
    """A number for each text, -1 where it is null, and the sorted texts."""
    if len(text) < FEW:
        return _numbered_few(text.to_list())
    texts = text.unique().drop_nulls().sort()
    numbers = text.cast(pl.Enum(texts)).to_physical().cast(pl.Int64)
    if numbers.has_nulls():
        numbers = numbers.fill_null(-1)
    return numbers.to_numpy(), texts.to_list()


def _numbered_few(values: list[str | None]) -> tuple[NDArray[np.int64], list[str]]:
    texts = sorted({value for value in values if value is not None})
    places = {text: place for place, text in enumerate(texts)}
    numbers = [-1 if value is None else places[value] for value in values]
    return np.array(numbers, dtype=np.int64), texts
