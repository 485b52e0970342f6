"""Number the texts of a column, which has few different ones."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

# So few texts are numbered in Python in less time than Polars takes to start its queries.
FEW = 5_000
# Each part of a file that is written has all words of a column once; beyond 16 bits there is little
# to gain.
MOST_WORDS = 2**16


def numbered(text: pl.Series) -> tuple[NDArray[np.int64], list[str]]:
    """A number for each text, -1 where it is null, and the sorted texts."""
    if len(text) < FEW:
        return _numbered_few(text.to_list())
    texts = text.unique().drop_nulls().sort()
    numbers = text.cast(pl.Enum(texts)).to_physical().cast(pl.Int64)
    if numbers.has_nulls():
        numbers = numbers.fill_null(-1)
    return numbers.to_numpy(), texts.to_list()


def as_words(texts: pl.Series) -> pl.Series:
    """Texts as numbers with their words, in the type Enum; others, and very many, as they are."""
    if texts.dtype != pl.String:
        return texts
    words = _words(texts)
    return texts.cast(pl.Enum(words)) if len(words) <= MOST_WORDS else texts


def _words(texts: pl.Series) -> list[str]:
    if texts.null_count() == len(texts):
        return []
    if len(texts) < FEW:
        return sorted({text for text in texts.to_list() if text is not None})
    return texts.unique().drop_nulls().sort().to_list()


def _numbered_few(values: list[str | None]) -> tuple[NDArray[np.int64], list[str]]:
    texts = sorted({value for value in values if value is not None})
    places = {text: place for place, text in enumerate(texts)}
    numbers = [-1 if value is None else places[value] for value in values]
    return np.array(numbers, dtype=np.int64), texts
