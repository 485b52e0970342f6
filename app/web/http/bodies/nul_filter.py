"""Refuses the character NUL in requests, because PostgreSQL cannot store it.

SQLite can, but both databases must accept the same input.
"""

from litestar.datastructures import FormMultiDict
from litestar.enums import ScopeType
from litestar.exceptions import ClientException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

NUL = "\0"
HAS_NUL = "The request contains the character NUL, which is not allowed in any text. Remove it."


class NulFilter(ASGIMiddleware):
    """Refuses an address with NUL in its path or query."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer 400 before any part of the address is looked up."""
        if NUL in scope["path"] or b"%00" in scope["query_string"]:
            raise ClientException(HAS_NUL)
        await next_app(scope, receive, send)


def refuse_nul_in(form: FormMultiDict) -> None:
    """Refuse a form with NUL in a field; file names are sanitized elsewhere.

    Raises:
        ClientException: A field contains NUL.
    """
    for name, value in form.multi_items():
        if NUL in name or (isinstance(value, str) and NUL in value):
            raise ClientException(HAS_NUL)
