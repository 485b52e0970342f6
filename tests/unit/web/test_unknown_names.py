"""The API says which parameters it takes, and no body of a request takes unknown fields."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.routes import HTTPRoute
from msgspec import inspect

from app.settings import Settings
from app.web.http.bodies.query_parameters import PARAMETERS
from app.web.http.bodies.request_bodies import takes_form


@pytest.fixture
def app(tmp_path: Path) -> Litestar:
    environment = {"SIALOSCOPE_DATA": str(tmp_path), "SIALOSCOPE_ACCOUNTS": "true"}
    with warnings.catch_warnings():  # Litestar 2 announces the ways of Litestar 3
        warnings.simplefilter("ignore", DeprecationWarning)
        from app.main import create_app

        return create_app(Settings.from_environment(environment))


def test_the_description_lists_the_parameters_that_an_operation_takes(app: Litestar) -> None:
    from app.web.openapi.description import description_of, operations

    described = {
        operation["operationId"]: sorted(
            each["name"] for each in operation.get("parameters", []) if each["in"] == "query"
        )
        for operation in operations(description_of(app))
    }
    taken = {
        _operation_id(handler): sorted(names) for handler, names in app.state[PARAMETERS].items()
    }
    assert len(taken) > 100
    assert {name: described.get(name) for name in taken} == taken


def test_no_object_in_a_body_takes_unknown_fields(app: Litestar) -> None:
    seen = set()
    for handler in _handlers(app):
        data = handler.parsed_data_field
        if data is None or takes_form(handler):
            continue
        for kind in _inside(inspect.type_info(data.annotation)):
            if isinstance(kind, inspect.StructType | inspect.DataclassType):
                seen.add(kind.cls)
                assert getattr(kind, "forbid_unknown_fields", False), (handler, kind.cls)
    assert len(seen) > 20


def _operation_id(handler: BaseRouteHandler) -> str:
    assert isinstance(handler, HTTPRouteHandler)
    first, *rest = handler.handler_name.split("_")
    return str(handler.operation_id or "") or first + "".join(word.capitalize() for word in rest)


def _handlers(app: Litestar) -> Iterator[HTTPRouteHandler]:
    for route in app.routes:
        if isinstance(route, HTTPRoute) and route.path.startswith("/api/v1/"):
            yield from route.route_handlers


def _inside(kind: object) -> Iterator[object]:
    """The kind, and all kinds within it."""
    yield kind
    for name in ("types", "fields"):
        for each in getattr(kind, name, ()):
            yield from _inside(getattr(each, "type", each))
    for name in ("item_type", "value_type"):
        if hasattr(kind, name):
            yield from _inside(getattr(kind, name))
