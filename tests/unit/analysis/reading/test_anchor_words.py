"""Anchors are marked by words of several languages, check marks and numbers; others are asked."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.reading.cells.anchor_words import read_anchors
from app.analysis.reading.decisions import Question, ReadingChoices, UndecidedError
from app.analysis.reading.peak_table import read_peak_table

TABLE = "Name,RT,Volume,Anchor\nGM3(36:1;O2),10.6,1000,{}\nGM1(36:1;O2),10.1,900,{}\n"


@pytest.mark.parametrize(
    "word",
    [
        *("T", "true", "Yes", "x", "X", "1", "1.0", "ja", "WAHR", "oui", "VRAI", "sí", "verdadero"),
        *("sì", "vero", "✓", "✔", "✔\ufe0f", "☑", "はい", "是", "\uff34", " yes\u200b"),
    ],
)
def test_words_and_marks_of_yes_are_anchors(word: str) -> None:
    is_anchor, found = read_anchors(pl.Series([word, ""]))
    assert (is_anchor.to_list(), found) == ([True, False], [])


@pytest.mark.parametrize(
    "word", ["F", "no", "nein", "FALSCH", "non", "faux", "falso", "0", "", None, "n/a", "-", "✗"]
)
def test_words_of_no_and_empty_cells_are_none(word: str | None) -> None:
    is_anchor, found = read_anchors(pl.Series(["T", word], dtype=pl.String))
    assert (is_anchor.to_list(), found) == ([True, False], [])


def test_numbers_and_booleans_are_read() -> None:
    for cells in ([1, 0, None], [1.0, 0.0, None], [True, False, None]):
        is_anchor, found = read_anchors(pl.Series(cells))
        assert (is_anchor.to_list(), found) == ([True, False, False], [])


def test_an_unknown_word_is_asked_about_and_answered(tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text(TABLE.format("kyllä", "F"))
    with pytest.raises(UndecidedError, match="kyllä") as raised:
        read_peak_table(path)
    (question,) = raised.value.questions
    assert isinstance(question, Question)
    assert (question.subject, [each.value for each in question.answers]) == (
        "anchor_words",
        ["kyllä", "none"],
    )
    for answer, wanted in (("kyllä", [True, False]), ("none", [False, False])):
        peaks = read_peak_table(path, choices=ReadingChoices(anchor_words=answer))
        assert peaks["anchor"].to_list() == wanted
