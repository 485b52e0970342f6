"""No text of a request has the character NUL, which PostgreSQL can neither keep nor look for.

SQLite can; but what one database refuses, the other is not asked either.
"""

from litestar.datastructures import FormMultiDict
from litestar.enums import ScopeType
from litestar.exceptions import ClientException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

NUL = "\0"
HAS_NUL = "The request has the character NUL in a text, which no text here can have. Leave it out."


class NulCheck(ASGIMiddleware):
    """Refuses an address with NUL in its path or query."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer 400, before anything is looked for by a part of the address."""
        if NUL in scope["path"] or b"%00" in scope["query_string"]:
            raise ClientException(HAS_NUL)
        await next_app(scope, receive, send)


def refuse_nul_in(form: FormMultiDict) -> None:
    """Refuse a form with NUL in a field; the names of its files are made labels elsewhere.

    Raises:
        ClientException: there is such a field.
    """
    for name, value in form.multi_items():
        if NUL in name or (isinstance(value, str) and NUL in value):
            raise ClientException(HAS_NUL)
