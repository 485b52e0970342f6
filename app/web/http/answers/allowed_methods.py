"""Sends ``Allow`` with the methods of an address, on OPTIONS and on status 405 (RFC 9110)."""

from litestar import Litestar
from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

METHOD_NOT_ALLOWED = 405


async def add_allow(message: Message, scope: Scope) -> None:
    """Add ``Allow`` to responses to OPTIONS and to status 405."""
    if message["type"] != "http.response.start":
        return
    if message["status"] == METHOD_NOT_ALLOWED or scope.get("method") == "OPTIONS":
        headers = MutableScopeHeaders.from_message(message)
        headers["Allow"] = ", ".join(allowed_methods(scope["litestar_app"], scope["path"]))


def allowed_methods(app: Litestar, path: str) -> list[str]:
    """The methods of all routes that match a path."""
    methods = {"OPTIONS"}
    for route in app.routes:
        if _matches(route.path_format, path):
            methods |= set(getattr(route, "methods", ()))
    return sorted(methods)


def _matches(path_format: str, path: str) -> bool:
    parts, given = path_format.strip("/").split("/"), path.strip("/").split("/")
    same = (part == name or part.startswith("{") for part, name in zip(parts, given, strict=False))
    return len(parts) == len(given) and all(same)
