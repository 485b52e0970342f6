"""The user's own second factor: set up with a QR code, recovery codes, and removal."""

from typing import Literal

import segno
from litestar import get, post
from litestar.response import Redirect, Template

from app.accounts.email_queue import EmailQueue
from app.accounts.second_factor import SecondFactors, app_link
from app.accounts.security_emails import SecurityEmail
from app.db.accounts.policy import second_factor_required_from
from app.db.accounts.second_factor import SecondFactorError
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Account
from app.web.features.accounts.login import NOT_YOUR_PASSWORD, checked_password, log_in
from app.web.features.second_factor.checks import CodeChecks
from app.web.http.faults.errors import SECOND_FACTOR_PATH as PATH
from app.web.http.identity.security import OWN_LOGIN, TOKENS, WITHOUT_SECOND_FACTOR, AnyRequest
from app.web.http.identity.throttling import Throttle

SEE_OTHER: Literal[303] = 303
WRONG_CODE = (
    "This code is wrong, was used already or is too old. Wait for the next one of the app. If none "
    "is taken, set the clock of your device."
)


@get(PATH, include_in_schema=False, opt=TOKENS | WITHOUT_SECOND_FACTOR)
async def show_second_factor(
    request: AnyRequest, accounts: AccountStore, factors: SecondFactors
) -> Template:
    """The page of the user's second factor."""
    return await _page(await accounts.get(request.user.name), factors)


@post(
    f"{PATH}/begin", include_in_schema=False, opt=OWN_LOGIN | WITHOUT_SECOND_FACTOR, status_code=200
)
async def begin(
    request: AnyRequest, accounts: AccountStore, factors: SecondFactors, throttle: Throttle
) -> Template:
    """Show the QR code for the app, if the password is right."""
    form = await request.form()
    account = await accounts.get(request.user.name)
    present = str(form.get("present", ""))
    if not await checked_password(request, account.name, present, accounts, throttle):
        return await _page(account, factors, error=NOT_YOUR_PASSWORD)
    try:
        return _set_up_page(account, await factors.begin(account.id))
    except SecondFactorError as error:
        return await _page(account, factors, error=str(error))


@post(
    f"{PATH}/confirm",
    include_in_schema=False,
    opt=OWN_LOGIN | WITHOUT_SECOND_FACTOR,
    status_code=200,
)
async def confirm(
    request: AnyRequest,
    accounts: AccountStore,
    factors: SecondFactors,
    code_checks: CodeChecks,
    mail: EmailQueue,
) -> Template:
    """Activate the app after its first right code; all other sessions end."""
    form = await request.form()
    account = await accounts.get(request.user.name)
    try:
        codes = await code_checks.confirm(request, account, str(form.get("code", "")))
        if codes is None:
            return _set_up_page(account, error=WRONG_CODE)
    except SecondFactorError as error:
        return await _page(account, factors, error=str(error))
    await log_in(request, await accounts.get(account.id))
    await mail.write_to_account(account, SecurityEmail.SECOND_FACTOR_SET_UP)
    return _codes_page(codes)


@post(f"{PATH}/recovery-codes", include_in_schema=False, opt=OWN_LOGIN, status_code=200)
async def renew_recovery_codes(
    request: AnyRequest,
    accounts: AccountStore,
    factors: SecondFactors,
    throttle: Throttle,
    code_checks: CodeChecks,
    mail: EmailQueue,
) -> Template:
    """Show new recovery codes, if password and code are right."""
    account = await accounts.get(request.user.name)
    if error := await _error_in_form(request, account, accounts, throttle, code_checks):
        return await _page(account, factors, error=error)
    codes = await factors.renew_recovery_codes(account.id)
    await mail.write_to_account(account, SecurityEmail.RECOVERY_CODES_RENEWED)
    return _codes_page(codes)


@post(f"{PATH}/remove", include_in_schema=False, opt=OWN_LOGIN)
async def remove(
    request: AnyRequest,
    accounts: AccountStore,
    factors: SecondFactors,
    throttle: Throttle,
    code_checks: CodeChecks,
    mail: EmailQueue,
) -> Template | Redirect:
    """Remove the second factor, if password and code are right."""
    account = await accounts.get(request.user.name)
    if error := await _error_in_form(request, account, accounts, throttle, code_checks):
        return await _page(account, factors, error=error)
    if await factors.store.remove(account.id):
        await mail.write_to_account(account, SecurityEmail.SECOND_FACTOR_REMOVED)
    await log_in(request, await accounts.get(account.id))
    return Redirect(PATH, status_code=SEE_OTHER)


async def _error_in_form(
    request: AnyRequest,
    account: Account,
    accounts: AccountStore,
    throttle: Throttle,
    code_checks: CodeChecks,
) -> str:
    """The problem with the password or code of a form; empty if both are right."""
    form = await request.form()
    present = str(form.get("present", ""))
    if not await checked_password(request, account.name, present, accounts, throttle):
        return NOT_YOUR_PASSWORD
    try:
        by = await code_checks.check(request, account, str(form.get("code", "")))
    except SecondFactorError as error:
        return str(error)
    return "" if by else WRONG_CODE


async def _page(account: Account, factors: SecondFactors, *, error: str = "") -> Template:
    required_from = await second_factor_required_from()
    return Template(
        "accounts/second_factor.html",
        context={
            "account": account,
            "is_on": await factors.is_on(account.id),
            "is_required": required_from.includes(account.role),
            "codes_left": await factors.store.recovery_codes_left(account.id),
            "error": error,
        },
        status_code=400 if error else 200,
    )


def _set_up_page(account: Account, secret: str = "", *, error: str = "") -> Template:
    """The form for the first code; with the secret right after the password was typed."""
    link = app_link(secret, name=account.name) if secret else ""
    groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
    return Template(
        "accounts/second_factor_set_up.html",
        context={
            "link": link,
            "qr_code": _qr_code(link) if link else "",
            "secret": " ".join(groups),
            "error": error,
        },
        status_code=400 if error else 200,
    )


def _qr_code(link: str) -> str:
    """The link as an inline SVG."""
    drawn = segno.make(link, error="m")
    return drawn.svg_inline(
        border=4, light="#fff", svgclass="qr-code", lineclass=None, omitsize=True
    )


def _codes_page(codes: list[str]) -> Template:
    return Template("accounts/recovery_codes.html", context={"codes": codes})


HANDLERS = [show_second_factor, begin, confirm, renew_recovery_codes, remove]
