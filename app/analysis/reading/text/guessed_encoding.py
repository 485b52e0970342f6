"""Guess the encoding of lines that are not UTF-8: by their letters, by their words, or ask."""

from collections.abc import Mapping, Sequence

from app.analysis.counted import percent
from app.analysis.reading.decisions import Decision, Question
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
