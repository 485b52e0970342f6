"""API tokens as pages and programs see them, and how one is made within its maker's scopes."""

from datetime import datetime

import msgspec
from litestar.exceptions import PermissionDeniedException

from app.accounts.email_queue import EmailQueue
from app.accounts.security_emails import SecurityEmail
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import ApiToken
from app.db.accounts.tokens import SCOPES, NewToken, TokenStore
from app.web.http.identity.security import User

USUAL_DAYS = 90


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A token: the start of its secret, its scopes and its end; times are UTC."""

    id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class TokenRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token to make: valid for some days, or for ever with null."""

    name: str
    scopes: list[str]
    days: int | None = USUAL_DAYS


async def make_within_scopes(
    tokens: TokenStore, user: User, wanted: TokenRequest, mail: EmailQueue
) -> NewToken:
    """Make a token for a user, and write to the account.

    A token that is made with a token has no more scopes than that one, and ends no later.
    """
    if more := set(wanted.scopes) & set(SCOPES) - user.scopes:
        raise PermissionDeniedException(
            f"This token lacks the scopes {', '.join(sorted(more))}, so it cannot give them on."
        )
    made = await tokens.make(
        wanted.name, wanted.scopes, owner=user.name, days=wanted.days, no_longer_than=user.until
    )
    if user.has_account:
        account = await AccountStore().get(user.name)
        detail = f"Its name is {made.token.name}, and it may {made.token.scopes}."
        await mail.write_to_account(account, SecurityEmail.TOKEN_MADE, detail=detail)
    return made


async def all_tokens(tokens: TokenStore, user: User) -> list[TokenView]:
    """List a user's tokens that were not revoked."""
    return [token_view(token) for token in await tokens.all(owner=user.name)]


def token_view(token: ApiToken) -> TokenView:
    """Show a stored token without its secret."""
    return TokenView(
        id=token.id,
        name=token.name,
        prefix=token.prefix,
        scopes=token.scopes.split(),
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
    )
