"""Guess the encoding of lines that are not UTF-8: by letters, headers or words, or ask."""

import re
from collections.abc import Mapping, Sequence

from app.analysis.counted import percent
from app.analysis.reading.decisions import Decision, Question
from app.analysis.reading.headers.columns import RECOGNISED, fold
from app.analysis.reading.headers.time_words import split_unit
from app.analysis.reading.text.tried_encodings import (
    CANDIDATES,
    LEAD,
    PLAUSIBLE,
    decision,
    decoded,
    example_of,
    question,
    score_of,
    shown,
)
from app.analysis.reading.text.usual_characters import usual_share

UNKNOWN = "The text is not UTF-8, and its letters do not tell which encoding it has."
# Of the characters of an encoding this share is usual in names of samples, this much more than in
# those of another that is as plausible.
USUAL, LEAD_OF_USUAL = 0.6, 0.3
# One known header can be there by chance; those of a table stand among its first lines.
FEWEST_HEADERS, MOST_LINES, MOST_SHOWN = 2, 60, 3
# They share the letters of headers with encodings that are not tried, such as that of Poland.
WESTERN = ("cp1252", "mac-roman", "cp850")
# An encoding that is less plausible than the best by more is not asked about.
LEAD_OF_ASKED, FEWEST_ASKED = 0.6, 5


def guessed_encoding(lines: list[bytes]) -> tuple[str, Decision | Question]:
    """The likeliest encoding of lines with bytes beyond ASCII, and what to say of it."""
    scores = {name: score_of(lines, name) for name in CANDIDATES}
    ranked = sorted(CANDIDATES, key=lambda name: -scores[name])
    example = example_of(lines)
    by_letters = _by_letters(scores, ranked, example)
    if by_letters:
        return ranked[0], by_letters
    if by_headers := _by_headers([name for name in ranked if scores[name] > 0], lines):
        return by_headers.value, by_headers
    plausible = [name for name in ranked if scores[name] >= PLAUSIBLE]
    if by_words := _by_words({name: _usual_share(lines, name) for name in plausible}, example):
        return by_words.value, by_words
    least = scores[ranked[0]] - LEAD_OF_ASKED
    possible = [name for name in ranked if scores[name] > 0 and scores[name] >= least]
    asked = ranked[: max(len(possible), FEWEST_ASKED)]
    return ranked[0], question(example, asked, UNKNOWN)


def _by_letters(
    scores: Mapping[str, float], ranked: Sequence[str], example: bytes
) -> Decision | None:
    """The best encoding, if its letters are usual and those of the next one are not."""
    best = ranked[0]
    rivals = [name for name in ranked[1:] if decoded(example, name) != decoded(example, best)]
    second = max((scores[name] for name in rivals), default=0.0)
    if not (scores[best] >= PLAUSIBLE > second and scores[best] - second >= LEAD):
        return None
    why = (
        f"So {shown(example, best)!r} is read. {percent(scores[best])} of its letters are usual "
        f"so, {percent(second)} in the next encoding."
    )
    return decision(best, why, is_noted=best != "cp1252")


def _by_headers(possible: Sequence[str], lines: Sequence[bytes]) -> Decision | None:
    """The only encoding in which several cells of the first lines are headers that are known."""
    found = {name: _known_headers(lines[:MOST_LINES], name) for name in possible}
    best = max(found, key=lambda name: len(found[name]), default="")
    if not best or best in WESTERN or len(found[best]) < FEWEST_HEADERS:
        return None
    if any(found[name] for name in possible if name != best):
        return None
    headers = ", ".join(repr(cell) for cell in sorted(found[best])[:MOST_SHOWN])
    return decision(best, f"So it has the headers {headers}.", is_noted=True)


def _known_headers(lines: Sequence[bytes], encoding: str) -> set[str]:
    """The cells with a character beyond ASCII that name a column, perhaps with its unit."""
    texts = [decoded(line, encoding) for line in lines]
    cells = {cell.strip(" \"'") for text in texts for cell in re.split(r"[,;\t|]", text)}
    known = {name for names in RECOGNISED.values() for name in names}
    return {it for it in cells if not it.isascii() and {fold(it), fold(split_unit(it)[0])} & known}


def _by_words(usual: Mapping[str, float], example: bytes) -> Decision | None:
    """The encoding in which a text has usual characters, if it has far fewer in each other one."""
    if not usual:
        return None
    best = max(usual, key=lambda name: usual[name])
    rivals = [name for name in usual if decoded(example, name) != decoded(example, best)]
    second = max((usual[name] for name in rivals), default=0.0)
    if usual[best] < USUAL or usual[best] - second < LEAD_OF_USUAL:
        return None
    why = (
        f"So {shown(example, best)!r} is read. {percent(usual[best])} of its characters "
        "are usual in names of samples."
    )
    return decision(best, why, is_noted=True)


def _usual_share(lines: list[bytes], encoding: str) -> float:
    return usual_share("\n".join(decoded(line, encoding) for line in lines), encoding)
