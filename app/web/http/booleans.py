"""Whether what a program sends as true or false is so: Litestar takes 0 and 1 for them too."""

from typing import Any

from litestar import Request

from app.web.http.errors import QueryError


async def refuse_numbers(request: Request[Any, Any, Any], *names: str) -> None:
    """Refuse 0 and 1 in these fields of a JSON object, for the description does not take them.

    Raises:
        QueryError: there is one.
    """
    sent: dict[str, object] = await request.json()
    for name in names:
        if not isinstance(sent.get(name), bool | None):
            raise QueryError(f"{name} is true or false.")
