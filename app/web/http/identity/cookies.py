"""The names and attributes of this server's cookies.

Under https a name begins with ``__Host-``: browsers accept such a cookie from this host alone, so
that a page of another host of the same domain cannot plant one (RFC 6265bis, 4.1.3.2).
"""

from dataclasses import dataclass

from litestar.datastructures import MutableScopeHeaders
from litestar.datastructures.cookie import Cookie
from litestar.types import Message

SESSION = "session"
# The cookie of a browser that is not logged in; the tokens of its forms are bound to it.
PRE_SESSION = "csrftoken"


@dataclass(frozen=True)
class Cookies:
    """Sets and deletes cookies; all are valid for the whole site and hidden from scripts."""

    is_https: bool

    def name(self, kind: str) -> str:
        """The name of a cookie in the browser."""
        return f"__Host-{kind}" if self.is_https else kind

    def set(self, message: Message, kind: str, value: str, *, max_age_s: int | None = None) -> None:
        """Add a cookie to a response; without ``max_age_s`` it ends when the browser closes."""
        self._add(message, self.name(kind), value, max_age_s)

    def forget(self, message: Message, kind: str) -> None:
        """Make a response delete a cookie."""
        self._add(message, self.name(kind), "", 0)

    def forget_old(self, message: Message, sent: dict[str, str]) -> None:
        """Make a response delete cookies under the names used without https."""
        for kind in (SESSION, PRE_SESSION):
            if self.is_https and kind in sent:
                self._add(message, kind, "", 0)

    def _add(self, message: Message, name: str, value: str, max_age_s: int | None) -> None:
        cookie = Cookie(
            key=name,
            value=value,
            path="/",
            max_age=max_age_s,
            secure=self.is_https,
            httponly=True,
            samesite="lax",
        )
        MutableScopeHeaders.from_message(message).add("set-cookie", cookie.to_header(header=""))
