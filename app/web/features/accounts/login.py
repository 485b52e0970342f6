"""The login with name and password; it never reveals whether an account exists."""

import re
from typing import Literal
from urllib.parse import urlsplit

from litestar import get, post
from litestar.params import Parameter
from litestar.response import Redirect, Template

from app.accounts.passwords import hashed, is_outdated, is_right
from app.accounts.second_factor import SecondFactors
from app.accounts.sign_on.sign_on import SignOn
from app.db.accounts.names import name_key
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Account
from app.db.security.actor import name_actor
from app.web.features.accounts.failures import (
    DISABLED,
    WRONG_PASSWORD,
    note_failure,
    refusals_logged,
)
from app.web.features.accounts.half_login import Authenticated, begin_half_login
from app.web.http.identity.authentication import ID_TOKEN
from app.web.http.identity.security import AnyRequest, require_passwords
from app.web.http.identity.sessions import session_of, start_session
from app.web.http.identity.throttling import Throttle, address_of

SEE_OTHER: Literal[303] = 303
NOT_YOUR_PASSWORD = "That is not your present password."  # noqa: S105 - a sentence
# A path on this site: not //host, nor /\host, which browsers treat the same.
OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")

Next = Parameter(query="next", default="")


@get("/login", exclude_from_auth=True, include_in_schema=False)
async def show_login(sign_on: SignOn, after: str = Next) -> Template:
    """Ask for name and password, or lead to the provider."""
    return _page(sign_on, after)


@post("/login", exclude_from_auth=True, include_in_schema=False, guards=[require_passwords])
async def submit_login(
    request: AnyRequest,
    accounts: AccountStore,
    throttle: Throttle,
    factors: SecondFactors,
    sign_on: SignOn,
) -> Template | Redirect:
    """Log in, or ask for the second factor first; then open the page that the user wanted."""
    form = await request.form()
    name, password = str(form.get("name", "")).strip(), str(form.get("password", ""))
    account = await checked_password(request, name, password, accounts, throttle)
    if account and account.disabled:
        await note_failure(DISABLED, account=account)
    if account is None or account.disabled:
        return _page(sign_on, str(form.get("next", "")), name=name, wrong=True)
    after = own_path(str(form.get("next", "")))
    return await admit(
        request, account, accounts, factors, Authenticated(by="password"), after=after
    )


async def checked_password(
    request: AnyRequest, name: str, password: str, accounts: AccountStore, throttle: Throttle
) -> Account | None:
    """The account of a name if the password is right; without an account it takes as long.

    Raises:
        TooManyTriesError: There were too many recent tries.
    """
    address = address_of(request.client.host if request.client else None)
    account = await accounts.named(name)
    with refusals_logged(account, name):
        await throttle.admit_login(name_key(name), address)
    if not await is_right(password, account.password_hash if account else None):
        await note_failure(WRONG_PASSWORD, account=account, typed_name=name)
        return None
    if account and is_outdated(account.password_hash):
        await accounts.rehash(account, await hashed(password))
    await throttle.forgive(name_key(name), address)
    return account


async def admit(
    request: AnyRequest,
    account: Account,
    accounts: AccountStore,
    factors: SecondFactors,
    how: Authenticated,
    *,
    after: str = "/",
) -> Redirect:
    """Log in, or ask for the code first if the account has a second factor."""
    if await factors.is_on(account.id):
        await begin_half_login(request, account, how, after=after)
        return Redirect("/login/code", status_code=SEE_OTHER)
    await let_in(request, account, accounts, how)
    return Redirect(after, status_code=SEE_OTHER)


async def let_in(
    request: AnyRequest, account: Account, accounts: AccountStore, how: Authenticated
) -> None:
    """Log in a user who passed all checks, and record how."""
    name_actor(account.id, account.name)
    await accounts.note_login(account.id, by=how.by)
    await log_in(request, account, id_token=how.id_token)
    if how.is_fresh:
        await request.app.state.sessions.confirm(session_of(request))


async def log_in(request: AnyRequest, account: Account, *, id_token: str = "") -> None:
    """Start a session of an account, under a new id.

    ``id_token`` is that of the provider by which the user signed on; the logout needs it.
    """
    content = {"account": account.id, "generation": account.generation}
    await start_session(request, account.id, content | ({ID_TOKEN: id_token} if id_token else {}))


def own_path(path: str) -> str:
    """The path if it is on this site, otherwise the start page."""
    is_own = OWN_PATH.fullmatch(path) and not urlsplit(path).netloc
    return path if is_own and not path.startswith(("/login", "/logout")) else "/"


def _page(sign_on: SignOn, after: str, *, name: str = "", wrong: bool = False) -> Template:
    settings = sign_on.settings
    return Template(
        "accounts/login.html",
        context={
            "next": own_path(after),
            "name": name,
            "wrong": wrong,
            "provider": settings.provider_name if sign_on.is_set_up else "",
            "has_passwords": settings.has_passwords,
        },
        status_code=403 if wrong else 200,
    )


HANDLERS = [show_login, submit_login]
