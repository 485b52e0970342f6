"""Refuses parameters in the address of an API request that its handler would ignore.

A misspelt filter would otherwise answer with everything, as if all of it matched. Of a parameter
that comes twice, one value would count and the other would not.
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


def parameters_of(app: Litestar) -> dict[BaseRouteHandler, dict[str, bool]]:
    """The query parameters that each handler of the API takes, and which may come repeatedly."""
    return {
        handler: {each.field_alias: each.is_sequence for each in model.expected_query_params}
        for route in app.routes
        if isinstance(route, HTTPRoute) and route.path.startswith(API)
        for method, (handler, model) in route.route_handler_map.items()
        if method != "OPTIONS"
    }


def refuse_ignored_parameters(connection: Connection, _: BaseRouteHandler) -> None:
    """Refuse a request of the API whose address has a parameter that the handler would ignore.

    Raises:
        QueryError: It takes no such parameter, or takes it once and it comes again.
    """
    known = connection.app.state[PARAMETERS].get(connection.route_handler)  # a guard gets a copy
    if known is None:
        return
    for name, values in connection.query_params.dict().items():
        if name not in known:
            raise QueryError(_sentence(name, sorted(known)))
        if len(values) > 1 and not known[name]:
            raise QueryError(f"The address has the parameter {name} twice. Send it once.")


def _sentence(name: str, known: list[str]) -> str:
    refusal = f"There is no parameter {name[:LONGEST_SHOWN]} at this address"
    allowed = f"Use one of {', '.join(known)}." if known else "It takes none."
    return f"{with_nearest(refusal, name, known)} {allowed}"
