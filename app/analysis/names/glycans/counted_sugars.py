"""Say which sugar or group of a name a number counts: of ``Hex3``, ``Hex(3)`` or ``(Hex)3``."""

from collections.abc import Sequence

from app.analysis.names.glycans.glycan_parts import GlycanError, Part
from app.analysis.names.glycans.glycan_words import Token

# What the kinds of words are called that are no sugars but are counted like them.
COUNTED = {"sulfo": "SO3", "lewis": "Lex", "chain_lac": "LacCer"}


def is_countable(kind: str) -> bool:
    """Whether words of a kind add something that can have a number."""
    return kind.startswith("sugar_") or kind in ("acetyl", "neu_acetyl", "chain_gg", *COUNTED)


def counted_part(tokens: Sequence[Token], place: int, parts: Sequence[Part]) -> Part | None:
    """The part that a number counts: of ``Hex3``, ``Hex(3)`` or ``(Hex)3``."""
    before = tokens[place - 1] if place else None
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if before is None or not parts:
        return None
    if is_countable(before.kind):
        return parts[-1]
    is_bracketed = before.kind == "open" and after is not None and after.kind == "close"
    if is_bracketed and place > 1 and tokens[place - 2].kind.startswith("sugar_"):
        return parts[-1]
    if before.kind == "close" and place > 1 and tokens[place - 2].kind != "number":
        group = [part for part in parts if part.group == parts[-1].group]
        if len(group) > 1:
            raise GlycanError("a number counts several sugars in brackets")
        return parts[-1]
    return None


def is_carbon(tokens: Sequence[Token], place: int) -> bool:
    """Whether a number is that of the carbon with the sugars, as in ``GM3(1) 18:1(4E);3OH``."""
    kinds = [token.kind for token in tokens[max(0, place - 2) : place + 2]]
    return kinds in (["core", "open", "number", "close"], ["cer", "open", "number", "close"])


def is_running_number(tokens: Sequence[Token], place: int) -> bool:
    """Whether a number stands apart between class and ceramide: ``GD1a 2(d18:1/16:0)``."""
    before = [token.kind for token in tokens[max(0, place - 2) : place]]
    after = [token.kind for token in tokens[place + 1 :]]
    is_alone = before == ["core", "separator"] and after in ([], ["open"], ["separator"])
    return is_alone and tokens[place - 1].text == " "
