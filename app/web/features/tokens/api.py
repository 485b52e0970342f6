"""The API of tokens: list, make and revoke them."""

import msgspec
from litestar import delete, get, post

from app.accounts.email_queue import EmailQueue
from app.db.accounts.tokens import TokenStore
from app.web.features.tokens.views import (
    TokenRequest,
    TokenView,
    all_tokens,
    make_within_scopes,
    token_view,
)
from app.web.http.faults.problems import problems
from app.web.http.identity.security import OWN_LOGIN, TOKENS, AnyRequest


class MadeToken(TokenView, frozen=True, kw_only=True):
    """A token with its secret, which only this answer has."""

    token: str


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's tokens, newest first."""

    tokens: list[TokenView]


@get("/api/v1/tokens", tags=["tokens"], responses=problems(), opt=TOKENS)
async def list_tokens(request: AnyRequest, tokens: TokenStore) -> Tokens:
    """The caller's tokens that were not revoked."""
    return Tokens(tokens=await all_tokens(tokens, request.user))


@post("/api/v1/tokens", tags=["tokens"], status_code=201, responses=problems(), opt=OWN_LOGIN)
async def make_token(
    request: AnyRequest, data: TokenRequest, tokens: TokenStore, mail: EmailQueue
) -> MadeToken:
    """Make a token with the caller's scopes or fewer; only this answer has its secret.

    A token that is made with a token ends no later than that one.
    """
    made = await make_within_scopes(tokens, request.user, data, mail)
    return MadeToken(token=made.secret, **msgspec.structs.asdict(token_view(made.token)))


@delete("/api/v1/tokens/{token_id:str}", tags=["tokens"], responses=problems(404), opt=OWN_LOGIN)
async def revoke_token(request: AnyRequest, token_id: str, tokens: TokenStore) -> None:
    """End a token at once."""
    await tokens.revoke(token_id, owner=request.user.name)


HANDLERS = [list_tokens, make_token, revoke_token]
