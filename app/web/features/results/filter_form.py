"""The filter as its form was filled in: what cannot be read is left out and explained."""

from dataclasses import fields
from typing import Any, NamedTuple

from litestar import Request

from app.web.features.results.row_filter import FilterError, RowFilter

NAMES = tuple(field.name for field in fields(RowFilter))


class FilterForm(NamedTuple):
    """The filter of all fields that can be read; ``errors`` explains the others by name."""

    which: RowFilter
    typed: dict[str, str]
    errors: dict[str, str]


async def filter_form(request: Request[Any, Any, Any]) -> FilterForm:
    """The fields of the filter in a request, so that one mistake does not hide the result."""
    typed = {name: request.query_params.get(name, "") for name in NAMES}
    readable, errors = dict(typed), dict[str, str]()
    while True:
        try:
            return FilterForm(RowFilter(**readable), typed, errors)
        except FilterError as error:
            errors[error.field] = str(error)
            readable[error.field] = ""
