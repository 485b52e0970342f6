"""The names and attributes of the cookies of this server.

Under https a name begins with ``__Host-``: browsers take such a cookie from this host alone, so
that a page of another host below the same domain cannot plant one (RFC 6265bis, 4.1.3.2).
"""

from dataclasses import dataclass

from litestar.datastructures import MutableScopeHeaders
from litestar.datastructures.cookie import Cookie
from litestar.types import Message

SESSION = "session"
# Kept by a browser that is not logged in; the tokens of its forms are bound to it.
PRE_SESSION = "csrftoken"


@dataclass(frozen=True)
class Cookies:
    """Sets and forgets cookies; all of them are for the whole site and hidden from scripts."""

    is_https: bool

    def name(self, kind: str) -> str:
        """The name of a cookie as the browser has it."""
        return f"__Host-{kind}" if self.is_https else kind

    def set(self, message: Message, kind: str, value: str, *, max_age_s: int | None = None) -> None:
        """Have a response set a cookie; without an age it ends with the browser."""
        self._add(message, self.name(kind), value, max_age_s)

    def forget(self, message: Message, kind: str) -> None:
        """Have a response end a cookie."""
        self._add(message, self.name(kind), "", 0)

    def forget_old(self, message: Message, sent: dict[str, str]) -> None:
        """Have a response end the cookies of a browser that knew this server by former names."""
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
