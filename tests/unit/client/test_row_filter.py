"""The filter of rows that the client declares is that of the API."""

from sialoscope_client.calls.result_calls import Which

from app.web.features.results.filters.parameters import FIELDS


def test_the_client_knows_every_field_of_the_filter() -> None:
    assert tuple(Which.__annotations__) == FIELDS
