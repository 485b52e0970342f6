"""Read which rows are anchors: words of several languages, check marks and numbers, or ask."""

import unicodedata
from collections.abc import Iterable
from typing import Any

import polars as pl

from app.analysis.reading.cells.cells import ABSENT, INVISIBLE
from app.analysis.reading.decisions import AUTO, Answer, Decision, Question

NONE = "none"
# English, German, French, Spanish, Italian, Portuguese, Japanese and Chinese, and check marks.
YES = frozenset(
    (
        *("t", "true", "y", "yes", "x", "1", "anchor", "ja", "j", "wahr", "oui", "vrai"),
        *("sí", "si", "verdadero", "sì", "vero", "sim", "verdadeiro"),
        *("はい", "真", "是", "对", "對", "○", "◯", "✓", "✔", "☑", "✅", "√", "☒", "🗸", "🗹"),
    )
)
NO = frozenset(
    (
        *("f", "false", "n", "no", "0", "nein", "falsch", "non", "faux", "falso", "não", "nao"),
        *("いいえ", "偽", "否", "不", "不是", "✗", "✘", "☐", "❌", "□"),
    )
)
MOST_ASKED = 4
LONGEST_WORD = 30


def read_anchors(
    cells: pl.Series, chosen: str = AUTO
) -> tuple[pl.Series, list[Decision | Question]]:
    """Whether each row is an anchor, and what to say of the words.

    ``chosen`` has further words for an anchor, separated by semicolons; then all others mean no.
    """
    words = {value: plain_word(value) for value in cells.unique(maintain_order=True).to_list()}
    others = (
        {plain_word(each) for each in chosen.split(";")} if chosen not in (AUTO, NONE) else set()
    )
    meant = [value for value, word in words.items() if word in YES or word in others]
    is_anchor = _are(cells, [value for value in meant if value is not None])
    if chosen != AUTO:
        return is_anchor, [_decision(chosen)]
    asked = _unknown(words.values())
    return is_anchor, [_question(asked)] if asked else []


def _are(cells: pl.Series, meant: list[Any]) -> pl.Series:
    """Whether each cell is one of a few values, which are compared quicker than looked up."""
    is_meant = (
        cells.eq_missing(meant[0]) if meant else pl.Series([False]).new_from_index(0, len(cells))
    )
    for value in meant[1:]:
        is_meant |= cells.eq_missing(value)
    return is_meant


def _unknown(words: Iterable[str]) -> list[str]:
    """The different words that may mean yes or no; an empty one is a missing cell."""
    unread = [word for word in dict.fromkeys(words) if word and word not in YES | NO]
    if not unread:  # as in most tables, without a query
        return []
    written = pl.Series(unread, dtype=pl.String)
    return written.filter(~written.str.contains(ABSENT)).to_list()


def plain_word(value: object) -> str:
    """A cell as it is compared: 1.0 is 1, full-width letters are plain, an empty cell is empty."""
    if value is None:
        return ""
    plain = unicodedata.normalize("NFKC", str(value)).translate(INVISIBLE)
    plain = plain.replace("\ufe0f", "").strip().casefold()
    return {"1.0": "1", "0.0": "0"}.get(plain, plain)


def _decision(chosen: str) -> Decision:
    return Decision(
        subject="anchor_words",
        value=chosen,
        evidence="These words mark an anchor beside those that are known. They were chosen.",
    )


def _question(words: list[str]) -> Question:
    shown = [word[:LONGEST_WORD] for word in words[:MOST_ASKED]]
    answers = [Answer(value=word, meaning=f"{word!r} marks an anchor") for word in shown]
    if len(shown) > 1:
        answers.append(Answer(value=";".join(shown), meaning="all of these mark an anchor"))
    answers.append(Answer(value=NONE, meaning="none of these marks an anchor"))
    listed = ", ".join(map(repr, shown)) + (", ..." if len(words) > MOST_ASKED else "")
    return Question(
        subject="anchor_words",
        sentence=f"It is not known whether these words mark an anchor: {listed}.",
        answers=tuple(answers),
    )
