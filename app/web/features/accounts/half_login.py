"""A half login: the password was right, and the second factor is still missing.

It is a session of its own kind without a user, so that every page except that of the code
redirects it to the login.
"""

import time

import msgspec

from app.db.accounts.tables import Account
from app.web.http.identity.security import AnyRequest
from app.web.http.identity.sessions import start_session

KEY = "half_login"
# The sessions of half logins are in nobody's list.
HALF = "half-login"
VALID_FOR_S = 10 * 60


class Authenticated(msgspec.Struct, frozen=True, kw_only=True):
    """How a user showed who they are, as the security trail says it (``by``).

    ``id_token`` is that of the provider by which they signed on; the logout needs it. ``is_fresh``
    if they just logged in at the provider, which stands for their password.
    """

    by: str
    id_token: str = ""
    is_fresh: bool = False


class HalfLogin(Authenticated, frozen=True, kw_only=True):
    """The account, how the login started, where it leads, and its end (Unix time)."""

    account: str
    generation: int
    after: str
    until: float

    def completed(self, code: str) -> Authenticated:
        """How the user showed who they are, once a code of this kind was right too."""
        return Authenticated(
            by=f"{self.by}, {code}", id_token=self.id_token, is_fresh=self.is_fresh
        )


async def begin_half_login(
    request: AnyRequest, account: Account, how: Authenticated, *, after: str
) -> None:
    """Remember that the password was right, until the code is checked."""
    half = HalfLogin(
        **msgspec.structs.asdict(how),
        account=account.id,
        generation=account.generation,
        after=after,
        until=time.time() + VALID_FOR_S,
    )
    await start_session(request, HALF, {KEY: msgspec.structs.asdict(half)})


def half_login_of(request: AnyRequest) -> HalfLogin | None:
    """The half login of a request, None if it has none or took too long."""
    kept = (request.session or {}).get(KEY)
    half = msgspec.convert(kept, HalfLogin) if kept else None
    return half if half and half.until > time.time() else None
