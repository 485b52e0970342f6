"""The filter as its form was filled in: what cannot be read is left out and explained."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, NamedTuple

from litestar import Request
from litestar.datastructures import MultiDict

from app.web.features.results.filters.number_ranges import (
    NUMBERS,
    FilterError,
    Range,
    ranges_of,
    typed_number,
)
from app.web.features.results.filters.row_filter import RowFilter

NAMES = tuple(field.name for field in fields(RowFilter))
# Rules are few, so they are chosen by their number.
RANGED = tuple(name for name in NUMBERS if name != "rule")
FROM, TO = "_from", "_to"


class FilterForm(NamedTuple):
    """The filter of all fields that can be read; ``errors`` explains the others by name.

    ``typed`` has the text of each field, with two fields for each range of numbers.
    """

    which: RowFilter
    typed: dict[str, str]
    errors: dict[str, str]


async def filter_form(request: Request[Any, Any, Any]) -> FilterForm:
    """The fields of the filter in a request, so that one mistake does not hide the result."""
    return filled_in(request.query_params)


def filled_in(query: Mapping[str, str]) -> FilterForm:
    """The filter of a query; the two fields of a column replace its range in ``ranges``."""
    typed = {name: query.get(name, "") for name in NAMES}
    if isinstance(query, MultiDict):  # each call has a box of its own
        typed["call"] = ",".join(query.getall("call", []))
    ends, errors = _ends_of(typed["ranges"], query)
    ranges = _ranges(ends, errors)
    readable = typed | {"ranges": ",".join(map(str, ranges))}
    while True:
        try:
            return FilterForm(RowFilter(**readable), typed | ends, errors)
        except FilterError as error:
            errors[error.field] = str(error)
            readable[error.field] = ""


def _ends_of(written: str, query: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The text of both fields of each column, and what is wrong with ``ranges``."""
    ends, errors = {f"{name}{end}": "" for name in RANGED for end in (FROM, TO)}, {}
    try:
        for column, low, high in ranges_of(written, "ranges"):
            ends[column + FROM] = "" if low is None else f"{low:.15g}"
            ends[column + TO] = "" if high is None else f"{high:.15g}"
    except FilterError as error:
        errors[error.field] = str(error)
    return {name: query.get(name, text) for name, text in ends.items()}, errors


def _ranges(ends: Mapping[str, str], errors: dict[str, str]) -> list[Range]:
    """The ranges of all fields that can be read; ``errors`` gets a sentence for each other."""
    found = []
    for column in (name.removesuffix(FROM) for name in ends if name.endswith(FROM)):
        low, high = (_number_in(ends[column + end], column + end, errors) for end in (FROM, TO))
        if low is not None and high is not None and low > high:
            errors[column + TO] = f"{high:g} is below {low:g}, where the range begins."
        elif low is not None or high is not None:
            found.append(Range(column, low, high))
    return found


def _number_in(text: str, field: str, errors: dict[str, str]) -> float | None:
    try:
        return typed_number(text, field)
    except FilterError as error:
        errors[field] = str(error)
        return None
