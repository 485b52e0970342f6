"""Texts get numbers in their order, and words that are few become numbers with their words."""

import polars as pl
import pytest

from app.analysis.computing import numbered_texts
from app.analysis.computing.numbered_texts import as_words, numbered

# Polars sorts by bytes and Python by code points, which is the same order.
TEXTS = ["b", None, "a", "Ω", "🧪", "é", "\uffff", "", "b", "a b"]


@pytest.mark.parametrize("few", [0, 100])
def test_texts_are_numbered_alike_by_python_and_by_polars(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbered_texts, "FEW", few)
    numbers, texts = numbered(pl.Series(TEXTS))
    assert texts == ["", "a", "a b", "b", "é", "Ω", "\uffff", "🧪"]
    assert numbers.tolist() == [3, -1, 1, 5, 7, 4, 6, 0, 3, 2]
    numbers, texts = numbered(pl.Series([None], dtype=pl.String))
    assert (numbers.tolist(), texts) == ([-1], [])


@pytest.mark.parametrize("few", [0, 100])
def test_words_are_the_sorted_texts_and_say_the_same(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbered_texts, "FEW", few)
    words = as_words(pl.Series("name", TEXTS))
    assert words.dtype == pl.Enum(["", "a", "a b", "b", "é", "Ω", "\uffff", "🧪"])
    assert (words.name, words.to_list()) == ("name", TEXTS)
    nothing = as_words(pl.Series([None, None], dtype=pl.String))
    assert (nothing.dtype, nothing.to_list()) == (pl.Enum([]), [None, None])


def test_very_many_texts_and_numbers_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbered_texts, "MOST_WORDS", len(set(TEXTS)) - 2)
    assert as_words(pl.Series(TEXTS)).dtype == pl.String
    assert as_words(pl.Series([1, 2])).dtype == pl.Int64
