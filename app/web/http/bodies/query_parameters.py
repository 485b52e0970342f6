"""Refuses parameters in the address of an API request that its handler does not take.

A misspelt filter would otherwise answer with everything, as if all of it matched.
"""

from typing import Any

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from app.runtime.near_names import with_nearest
from app.web.http.faults.errors import QueryError

API = "/api/v1/"
LONGEST_SHOWN = 100
PARAMETERS = "query_parameters"

Connection = ASGIConnection[Any, Any, Any, Any]


def parameters_of(app: Litestar) -> dict[BaseRouteHandler, tuple[str, ...]]:
    """The names of the query parameters that each handler of the API takes."""
    return {
        handler: tuple(sorted(each.field_alias for each in model.expected_query_params))
        for route in app.routes
        if isinstance(route, HTTPRoute) and route.path.startswith(API)
        for method, (handler, model) in route.route_handler_map.items()
        if method != "OPTIONS"
    }


def refuse_unknown_parameters(connection: Connection, _: BaseRouteHandler) -> None:
    """Refuse a request of the API whose address has a parameter that the handler does not take.

    Raises:
        QueryError: It has one; the text names the nearest one and all that there are.
    """
    known = connection.app.state[PARAMETERS].get(connection.route_handler)  # a guard gets a copy
    if known is None:
        return
    for name in connection.query_params:
        if name not in known:
            raise QueryError(_sentence(name, known))


def _sentence(name: str, known: tuple[str, ...]) -> str:
    refusal = f"There is no parameter {name[:LONGEST_SHOWN]} at this address"
    allowed = f"Use one of {', '.join(known)}." if known else "It takes none."
    return f"{with_nearest(refusal, name, known)} {allowed}"
