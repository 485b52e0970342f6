"""What a misspelt name was probably meant to be."""

from collections.abc import Iterable
from difflib import get_close_matches

# Longer ones are compared by their beginning: the comparison takes the square of the length.
LONGEST = 100


def with_nearest(sentence: str, name: str, known: Iterable[str]) -> str:
    """The sentence that refuses an unknown name, with the known name that is nearest to it.

    The sentence ends without a full stop.
    """
    near = nearest(name, known)
    return f"{sentence}. Did you mean {near}?" if near else f"{sentence}."


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is most like another one; empty if none is."""
    return next(iter(get_close_matches(name[:LONGEST], list(known), n=1)), "")
