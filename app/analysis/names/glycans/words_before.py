"""What stands before a word of a name: a sugar, a sign or a minus."""

from collections.abc import Sequence

from app.analysis.names.glycans.glycan_words import Token

SIGNS = ("separator", "open", "plus")


def is_after_sugar(tokens: Sequence[Token], place: int) -> bool:
    """Whether the last word with a meaning before a place is a sugar."""
    passed = ("separator", "anomer", "link", "open", "close", "number")
    before = (token.kind for token in reversed(tokens[:place]))
    return next((kind for kind in before if kind not in passed), "").startswith("sugar_")


def signs_before(tokens: Sequence[Token], place: int) -> list[str]:
    """The last three words before a place, numbers apart; empty for what is no sign."""
    before = [each for each in tokens[:place] if each.kind != "number"]
    return [each.text if each.kind in SIGNS else "" for each in before[-3:]]


def is_minus(signs: Sequence[str]) -> bool:
    """Whether the last sign is a hyphen that is or can be a minus: `` - Gal``, ``(-Gal)``."""
    is_begun = signs[-1:] == ["-"] and signs[-2:-1] in ([" "], ["("], ["["])
    return is_begun or signs == [" ", "-", " "]
