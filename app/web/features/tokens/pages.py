"""The page of API tokens: list, make and revoke them."""

from typing import Literal

from litestar import get, post
from litestar.response import Redirect, Template

from app.accounts.email_queue import EmailQueue
from app.db.accounts.tokens import SCOPES, TokenError, TokenStore
from app.web.features.accounts.confirmation import confirm
from app.web.features.tokens.views import USUAL_DAYS, TokenRequest, all_tokens, make_within_scopes
from app.web.http.identity.security import OWN_LOGIN, TOKENS, AnyRequest

SEE_OTHER: Literal[303] = 303


@get("/tokens", include_in_schema=False, opt=TOKENS)
async def token_page(request: AnyRequest, tokens: TokenStore) -> Template:
    """The page of the user's tokens, with a form for a new one."""
    return await _page(request, tokens)


@post("/tokens", include_in_schema=False, status_code=200, opt=OWN_LOGIN)
async def make_on_page(request: AnyRequest, tokens: TokenStore, mail: EmailQueue) -> Template:
    """Make a token and show its secret, only this once."""
    form = await request.form()
    scopes = [str(scope) for scope in form.getall("scopes", [])]
    if TOKENS["scope"] in scopes:  # it makes tokens itself, and outlives the session
        await confirm(request)
    try:
        days = _days(str(form.get("days", "")).strip())
        wanted = TokenRequest(name=str(form.get("name", "")), scopes=scopes, days=days)
        made = await make_within_scopes(tokens, request.user, wanted, mail)
    except TokenError as error:
        return await _page(request, tokens, error=str(error))
    return await _page(request, tokens, secret=made.secret)


@post("/tokens/{token_id:str}/revoke", include_in_schema=False, opt=OWN_LOGIN)
async def revoke_on_page(request: AnyRequest, token_id: str, tokens: TokenStore) -> Redirect:
    """End a token at once."""
    await tokens.revoke(token_id, owner=request.user.name)
    return Redirect("/tokens", status_code=SEE_OTHER)


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
            "tokens": await all_tokens(tokens, request.user),
            "scopes": SCOPES,
            "usual_days": USUAL_DAYS,
            "secret": secret,
            "error": error,
        },
        status_code=400 if error else 200,
    )


HANDLERS = [token_page, make_on_page, revoke_on_page]
