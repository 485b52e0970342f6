"""Ranges of numbers in a filter: written into the address, and typed into two fields a column."""

import re
from math import isfinite
from typing import NamedTuple

from app.analysis.reporting.result import ROW_SCHEMA
from app.web.features.results.probabilities import PERCENTAGES

OF_ROWS = tuple(name for name, kind in ROW_SCHEMA.items() if kind.is_numeric())
NUMBERS = (*OF_ROWS, *PERCENTAGES)
MOST_RANGES = len(NUMBERS)  # each adds a term to the query
LONGEST_NUMBER = 30
HOW_RANGES = "Write column:from:to, such as rt_min:7.5:9, and commas between several."
_NUMBER = r"(-?[0-9]{1,9}(\.[0-9]{1,9})?)?"
_RANGE = rf"({'|'.join(NUMBERS)}):{_NUMBER}:{_NUMBER}"
# For the description of the API: up to three ranges are enough to show how several are written.
RANGES_PATTERN = rf"^({_RANGE}(,{_RANGE}){{0,2}})?$"


class FilterError(Exception):
    """A field of the filter cannot be read; the message says what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Range(NamedTuple):
    """From ``low`` to ``high`` of a column, both included; None means no limit."""

    column: str
    low: float | None
    high: float | None

    def __str__(self) -> str:
        low, high = ("" if end is None else f"{end:.15g}" for end in (self.low, self.high))
        return f"{self.column}:{low}:{high}"


def ranges_of(text: str, field: str) -> list[Range]:
    """The ranges of a text such as ``rt_min:7.5:9,carbons:36:``.

    Raises:
        FilterError: There is no such column, or a number is not valid.
    """
    texts = [each.strip() for each in text.split(",") if each.strip()]
    if len(texts) > MOST_RANGES:
        raise FilterError(field, f"There are {len(texts):,} ranges; use at most {MOST_RANGES}.")
    return [_range(each, field) for each in texts]


def typed_number(text: str, field: str) -> float | None:
    """The number that a person typed into a field; None for an empty one.

    Raises:
        FilterError: It is no number, or could be read in two ways.
    """
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    if not plain:
        return None
    if re.fullmatch(r"[-+]?\d*,\d+", plain):
        point = plain.replace(",", ".")
        raise FilterError(
            field, f"{text} has a comma. Write {point} with a point, or thousands without a mark."
        )
    number = _number(plain)
    if number is None:
        raise FilterError(field, f"{text} is not a number. Write digits with a point, as in 7.5.")
    return number


def _range(text: str, field: str) -> Range:
    column, *ends = text.split(":")
    columns = OF_ROWS if field == "within" else NUMBERS  # of a plot, which has columns of rows
    if column not in columns:
        raise FilterError(
            field, f"{column} is not a column of numbers; use one of {', '.join(columns)}."
        )
    numbers = [_number(end.strip()) for end in ends]
    unread = [end for end, number in zip(ends, numbers, strict=True) if number is None]
    if len(ends) != 2 or "".join(unread).strip():
        raise FilterError(field, f"The range {text} cannot be read. {HOW_RANGES}")
    return Range(column, *numbers)


def _number(text: str) -> float | None:
    """A finite number; Python would also read underscores, ``nan`` and thousands of digits."""
    if len(text) > LONGEST_NUMBER or not text.isascii() or "_" in text:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None
