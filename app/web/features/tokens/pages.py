"""API tokens: made, listed and revoked, on a page and by programs."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from litestar import Request, delete, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.response import Redirect, Template

from app.accounts.security_emails import SecurityEmail
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import ApiToken
from app.db.accounts.tokens import SCOPES, NewToken, TokenError, TokenStore
from app.web.features.accounts.confirmation import confirm
from app.web.features.notifications.mailer import Mailer
from app.web.http.problems import problems
from app.web.http.security import TOKENS, User

SEE_OTHER: Literal[303] = 303
USUAL_DAYS = 90

AnyRequest = Request[User, Any, Any]


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A token: how its secret begins, what it may, and until when; times are UTC."""

    id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class MadeToken(TokenView, frozen=True, kw_only=True):
    """A token with its secret, which is told this once."""

    token: str


class TokenRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token to make: valid for some days, or for ever with null."""

    name: str
    scopes: list[str]
    days: int | None = USUAL_DAYS


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's tokens, newest first."""

    tokens: list[TokenView]


@get("/api/v1/tokens", tags=["tokens"], responses=problems(), opt=TOKENS)
async def list_tokens(request: AnyRequest, tokens: TokenStore) -> Tokens:
    """The caller's tokens that were not revoked."""
    return Tokens(tokens=await _all(tokens, request.user))


@post("/api/v1/tokens", tags=["tokens"], status_code=201, responses=problems(), opt=TOKENS)
async def make_token(
    request: AnyRequest, data: TokenRequest, tokens: TokenStore, mail: Mailer
) -> MadeToken:
    """Make a token that may what the caller may, or less; its secret is in this answer alone.

    One that a token makes ends no later than that.
    """
    made = await _make(tokens, request.user, data, mail)
    return MadeToken(token=made.secret, **msgspec.structs.asdict(_view(made.token)))


@delete("/api/v1/tokens/{token_id:str}", tags=["tokens"], responses=problems(404), opt=TOKENS)
async def revoke_token(request: AnyRequest, token_id: str, tokens: TokenStore) -> None:
    """End a token at once."""
    await tokens.revoke(token_id, owner=request.user.name)


@get("/tokens", include_in_schema=False, opt=TOKENS)
async def token_page(request: AnyRequest, tokens: TokenStore) -> Template:
    """The user's tokens, and a form for another."""
    return await _page(request, tokens)


@post("/tokens", include_in_schema=False, status_code=200, opt=TOKENS)
async def make_on_page(request: AnyRequest, tokens: TokenStore, mail: Mailer) -> Template:
    """Make a token and show its secret, this once."""
    form = await request.form()
    scopes = [str(scope) for scope in form.getall("scopes", [])]
    if TOKENS["scope"] in scopes:  # it makes tokens itself, and outlives the session
        await confirm(request)
    try:
        days = _days(str(form.get("days", "")).strip())
        wanted = TokenRequest(name=str(form.get("name", "")), scopes=scopes, days=days)
        made = await _make(tokens, request.user, wanted, mail)
    except TokenError as error:
        return await _page(request, tokens, error=str(error))
    return await _page(request, tokens, secret=made.secret)


@post("/tokens/{token_id:str}/revoke", include_in_schema=False, opt=TOKENS)
async def revoke_on_page(request: AnyRequest, token_id: str, tokens: TokenStore) -> Redirect:
    """End a token at once."""
    await tokens.revoke(token_id, owner=request.user.name)
    return Redirect("/tokens", status_code=SEE_OTHER)


async def _make(tokens: TokenStore, user: User, wanted: TokenRequest, mail: Mailer) -> NewToken:
    """Make a token; what a token makes may no more than itself, and for no longer."""
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


def _days(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise TokenError("Days are a whole number; leave them out for a token that never ends.")
    return int(text)


async def _page(
    request: AnyRequest, tokens: TokenStore, *, secret: str = "", error: str = ""
) -> Template:
    return Template(
        "pages/tokens.html",
        context={
            "tokens": await _all(tokens, request.user),
            "scopes": SCOPES,
            "usual_days": USUAL_DAYS,
            "secret": secret,
            "error": error,
        },
        status_code=400 if error else 200,
    )


async def _all(tokens: TokenStore, user: User) -> list[TokenView]:
    return [_view(token) for token in await tokens.all(owner=user.name)]


def _view(token: ApiToken) -> TokenView:
    return TokenView(
        id=token.id,
        name=token.name,
        prefix=token.prefix,
        scopes=token.scopes.split(),
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
    )


HANDLERS = [list_tokens, make_token, revoke_token, token_page, make_on_page, revoke_on_page]
