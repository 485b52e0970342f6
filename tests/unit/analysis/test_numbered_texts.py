"""Texts get numbers in their order."""

import polars as pl
import pytest

from app.analysis.computing import numbered_texts
from app.analysis.computing.numbered_texts import numbered

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
