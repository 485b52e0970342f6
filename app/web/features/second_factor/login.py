"""The second step of a login: the code of an authenticator app, or a recovery code."""

from typing import Literal

from litestar import get, post
from litestar.response import Redirect, Template

from app.db.accounts.second_factor import SecondFactorError
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Account
from app.web.features.accounts.half_login import HalfLogin, half_login_of
from app.web.features.accounts.login import let_in
from app.web.features.second_factor.checks import CodeChecks
from app.web.http.identity.security import AnyRequest

SEE_OTHER: Literal[303] = 303
WRONG = {
    False: (
        "This code is wrong, was used already or is too old. Wait for the next one of the app. If "
        "none is taken, set the clock of your device."
    ),
    True: "This is no recovery code of yours, or it was used already. Each works once.",
}


@get("/login/code", exclude_from_auth=True, include_in_schema=False)
async def show_code_form(request: AnyRequest, recovery: bool = False) -> Template | Redirect:
    """Ask for the code, if the password was right a moment ago."""
    if half_login_of(request) is None:
        return Redirect("/login", status_code=SEE_OTHER)
    return _page(is_recovery=recovery)


@post("/login/code", exclude_from_auth=True, include_in_schema=False)
async def submit_code(
    request: AnyRequest, accounts: AccountStore, code_checks: CodeChecks
) -> Template | Redirect:
    """Log in with the code and open the page that the user wanted."""
    half = half_login_of(request)
    account = await _account_of(half, accounts) if half else None
    if half is None or account is None:
        return Redirect("/login", status_code=SEE_OTHER)
    form = await request.form()
    is_recovery = form.get("kind") == "recovery"
    try:
        by = await code_checks.check(request, account, str(form.get("code", "")))
    except SecondFactorError as error:
        return _page(is_recovery=is_recovery, error=str(error))
    if by is None:
        return _page(is_recovery=is_recovery, error=WRONG[is_recovery])
    await let_in(request, account, accounts, half.completed(by))
    return Redirect(half.after, status_code=SEE_OTHER)


async def _account_of(half: HalfLogin, accounts: AccountStore) -> Account | None:
    """The account of a half login, unless it was disabled or changed since."""
    account = await accounts.find(half.account)
    is_usable = account and not account.disabled and account.generation == half.generation
    return account if is_usable else None


def _page(*, is_recovery: bool, error: str = "") -> Template:
    return Template(
        "accounts/code.html",
        context={"is_recovery": is_recovery, "error": error},
        status_code=403 if error else 200,
    )


HANDLERS = [show_code_form, submit_code]
