"""A forgotten password: an e-mail with a link, and the page of the link.

Neither the answer nor its timing reveals whether an account exists: the e-mail is prepared after
the answer was sent.
"""

import logging
from typing import Literal

from litestar import get, post
from litestar.background_tasks import BackgroundTask
from litestar.response import Redirect, Template

from app.accounts.email_queue import EmailQueue
from app.accounts.password_rule import PasswordError
from app.accounts.passwords import hashed_if_good
from app.accounts.second_factor import SecondFactors
from app.accounts.security_emails import SecurityEmail
from app.db.accounts.links import RESET, LinkStore
from app.db.accounts.names import name_key
from app.db.accounts.password_reset import reset_password
from app.db.accounts.store import AccountStore
from app.db.notifications.email_choices import is_one_address
from app.web.features.accounts.half_login import Authenticated
from app.web.features.accounts.login import admit
from app.web.http.identity.security import AnyRequest, require_passwords
from app.web.http.identity.throttling import Throttle, address_of

SEE_OTHER: Literal[303] = 303
DIFFER = "The two passwords differ. Type the same one twice."


logger = logging.getLogger(__name__)


@get("/forgotten", exclude_from_auth=True, include_in_schema=False, guards=[require_passwords])
async def ask_for_reset(mail: EmailQueue) -> Template:
    """Ask for the account whose password was forgotten."""
    return Template("accounts/forgotten.html", context={"mail": mail.is_set_up, "asked": False})


@post(
    "/forgotten",
    exclude_from_auth=True,
    include_in_schema=False,
    status_code=200,
    guards=[require_passwords],
)
async def send_reset(
    request: AnyRequest,
    accounts: AccountStore,
    links: LinkStore,
    mail: EmailQueue,
    throttle: Throttle,
) -> Template:
    """Say that an e-mail is sent if the account exists; then send it in the background."""
    form = await request.form()
    name = str(form.get("name", "")).strip()
    client = request.client.host if request.client else None
    await throttle.admit_email(name_key(name), address_of(client))
    return Template(
        "accounts/forgotten.html",
        context={"mail": mail.is_set_up, "asked": True},
        background=BackgroundTask(_send_reset, name, accounts, links, mail),
    )


@get(
    "/reset/{secret:str}",
    exclude_from_auth=True,
    include_in_schema=False,
    guards=[require_passwords],
)
async def show_reset(secret: str, links: LinkStore) -> Template:
    """Ask for the new password."""
    link = await links.find(secret, RESET)
    return new_password_page(link.name, "reset")


@post(
    "/reset/{secret:str}",
    exclude_from_auth=True,
    include_in_schema=False,
    guards=[require_passwords],
)
async def submit_reset(
    request: AnyRequest,
    secret: str,
    accounts: AccountStore,
    links: LinkStore,
    factors: SecondFactors,
    mail: EmailQueue,
) -> Template | Redirect:
    """Set the new password, end all sessions and tokens of the account, and log in."""
    link = await links.find(secret, RESET)
    try:
        password_hash = await chosen_password_hash(request, link.name)
    except PasswordError as error:
        return new_password_page(link.name, "reset", error=str(error))
    await links.use(secret, RESET)
    await reset_password(str(link.account), password_hash)
    account = await accounts.get(str(link.account))
    await mail.write_to_account(account, SecurityEmail.PASSWORD_RESET)
    if account.disabled:
        return Redirect("/login", status_code=SEE_OTHER)
    how = Authenticated(by="link for a new password")
    return await admit(request, account, accounts, factors, how)


async def chosen_password_hash(request: AnyRequest, name: str) -> str:
    """The hash of the password that was typed twice into a form.

    Raises:
        PasswordError: The two differ, or the password is not allowed.
    """
    form = await request.form()
    password = str(form.get("password", ""))
    if password != str(form.get("again", "")):
        raise PasswordError(DIFFER)
    return await hashed_if_good(password, name=name)


def new_password_page(name: str, purpose: str, *, error: str = "") -> Template:
    """The form for a password that is typed twice."""
    return Template(
        "accounts/new_password.html",
        context={"name": name, "purpose": purpose, "error": error},
        status_code=400 if error else 200,
    )


async def _send_reset(
    name: str, accounts: AccountStore, links: LinkStore, mail: EmailQueue
) -> None:
    account = await accounts.named(name)
    if (
        account is None
        or account.disabled
        or not account.password_hash
        or not is_one_address(account.name)
        or not mail.is_set_up
    ):
        return
    link, secret = await links.reset(account, by=account.id)
    await mail.send(
        account.name,
        "reset",
        name=account.name,
        link=mail.link(f"/reset/{secret}"),
        expires_at=link.expires_at,
    )


HANDLERS = [ask_for_reset, send_reset, show_reset, submit_reset]
