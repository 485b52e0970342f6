"""Refuses numbers in boolean fields of JSON: Litestar would accept 0 and 1."""

from typing import Any

from litestar import Request

from app.web.http.faults.errors import QueryError


async def refuse_numbers(request: Request[Any, Any, Any], *names: str) -> None:
    """Refuse 0 and 1 in boolean fields of a JSON object, as the OpenAPI description does.

    Raises:
        QueryError: A field is neither true, false nor null.
    """
    sent: dict[str, object] = await request.json()
    for name in names:
        if not isinstance(sent.get(name), bool | None):
            raise QueryError(f"{name} must be true or false.")
