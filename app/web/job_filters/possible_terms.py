"""Why no job can match a filter, such as one that ends before it begins."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from app.db.jobs.lists.terms import Bound, Term, Value

# The least and the largest value, both included; None without a limit.
Limit: TypeAlias = int | datetime | None
Range: TypeAlias = tuple[Limit, Limit]

# A job has one of these.
SINGLE_WORDS = ("state", "priority")
TOO_EARLY = (
    "since is later than until, so no job can match both. Swap the two times, or leave one out."
)
ONE_WORD = (
    "{field}: a job has one alone, so none can match all of these terms. Put a comma between those "
    "that you look for, as in {field}:one,other."
)
NO_NUMBER = "{field}: no number matches all of these terms. Leave one out."


def why_impossible(terms: Sequence[Term]) -> str:
    """Why no job can match all terms; empty if one can, as far as each field tells by itself."""
    of_field: dict[str, list[tuple[Value, ...]]] = {}
    for term in terms:
        if not term.is_excluded:
            of_field.setdefault(term.field, []).append(term.values)
    return next(filter(None, (_why(field, choices) for field, choices in of_field.items())), "")


def _why(field: str, choices: list[tuple[Value, ...]]) -> str:
    if field in SINGLE_WORDS and not frozenset.intersection(*map(frozenset, choices)):
        return ONE_WORD.format(field=field)
    possible: set[Range] = {(None, None)}
    for values in choices:
        ranges = [_range(value) for value in values if not isinstance(value, str)]
        both = {_both(one, other) for one in possible for other in ranges or [(None, None)]}
        possible = {each for each in both if not _is_empty(each)}
    if possible:
        return ""
    return TOO_EARLY if field == "submitted" else NO_NUMBER.format(field=field)


def _range(bounds: tuple[Bound, ...]) -> Range:
    low: Limit = None
    high: Limit = None
    for comparison, value in bounds:
        whole = value if isinstance(value, int) else None
        if comparison == ">" and whole is not None:
            low = whole + 1
        elif comparison == "<" and whole is not None:
            high = whole - 1
        else:
            low = value if comparison in (">=", "=") else low
            high = value if comparison in ("<=", "=") else high
    return low, high


def _both(one: Range, other: Range) -> Range:
    lows = [each for each in (one[0], other[0]) if each is not None]
    highs = [each for each in (one[1], other[1]) if each is not None]
    return max(lows, default=None), min(highs, default=None)


def _is_empty(found: Range) -> bool:
    low, high = found
    return low is not None and high is not None and low > high  # type: ignore[operator] # of one field
