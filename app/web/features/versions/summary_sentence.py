"""The sentence on top of a comparison: how many calls changed, and from what to what."""

from collections.abc import Sequence

# The kinds of change that are named; the others are counted together.
MOST_NAMED = 4


def summary_sentence(
    what: str, compared: int, changes: Sequence[tuple[str, str, int]], *, of: str = "call"
) -> str:
    """A sentence such as "12 of 323 rows changed call: 7 from true to outlier, 5 ...".

    ``what`` is row or species; a change is a call before, a call after and how many have it, the
    most frequent first; ``of`` is what these are. A call is empty where that
    table has no such species.
    """
    total = sum(number for *_, number in changes)
    noun = "species" if what == "species" else "row" if compared == 1 else "rows"
    if not total:
        return f"None of {compared:,} {noun} changed {of}." if compared else f"There are no {noun}."
    named = [_change(*each) for each in changes[:MOST_NAMED]]
    others = sum(number for *_, number in changes[MOST_NAMED:])
    parts = ", ".join([*named, f"{others:,} in other ways"] if others else named)
    return f"{total:,} of {compared:,} {noun} {_verb(what, of)}: {parts}."


def _verb(what: str, of: str) -> str:
    return f"changed {of}" if what == "row" else "differ between the tables"


def _change(before: str, after: str, number: int) -> str:
    if not before:
        return f"{number:,} only after ({after})"
    if not after:
        return f"{number:,} only before ({before})"
    return f"{number:,} from {before} to {after}"
