"""The accounts of a load, and the tokens by which they call the server."""

from typing import NamedTuple

from app.db.accounts.store import AccountStore
from app.db.accounts.stream_tokens import Bound, Maker, Opens, make_stream_token
from app.db.accounts.tokens import TokenStore

NO_PASSWORD = "no password opens this"  # noqa: S105 - no secret


class Owner(NamedTuple):
    """Whose jobs they are, the token by which they listen, and where their streams are."""

    id: str
    token: str
    streams: str = "/api/v1/jobs"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def let_in(name: str, *scopes: str) -> Owner:
    """Add an account with an API token."""
    account = await AccountStore().add(name, NO_PASSWORD)
    made = await TokenStore().make("chaos", scopes, owner=account.id, days=1)
    return Owner(account.id, made.secret)


async def let_in_by_stream_token(name: str) -> Owner:
    """Add an account that listens by a stream token for all its jobs."""
    account = await AccountStore().add(name, NO_PASSWORD)
    made = await make_stream_token(Bound(Opens.ALL), minutes=600, maker=Maker(account.id))
    return Owner(account.id, made.secret, "/api/v1/streams/jobs")
