"""Invitations: an administrator sends a link, and the invited person chooses a password."""

from typing import Any, Literal

from litestar import Request, get, post
from litestar.response import Redirect, Template

from app.accounts.email_queue import EmailQueue
from app.accounts.password_rule import PasswordError
from app.db.accounts.errors import AccountError
from app.db.accounts.links import INVITATION, LinkStore
from app.db.accounts.names import require_new_name
from app.db.accounts.store import TAKEN, AccountStore, require_role
from app.db.notifications.email_choices import is_one_address
from app.web.features.accounts.admin import account_list
from app.web.features.accounts.half_login import Authenticated
from app.web.features.accounts.login import let_in
from app.web.features.accounts.reset import chosen_password_hash, new_password_page
from app.web.http.identity.security import ADMIN_AGAIN, AnyRequest, User, require_passwords

SEE_OTHER: Literal[303] = 303


@post(
    "/admin/invitations",
    include_in_schema=False,
    opt=ADMIN_AGAIN,
    status_code=200,
    guards=[require_passwords],
)
async def invite(
    request: Request[User, Any, Any], accounts: AccountStore, links: LinkStore, mail: EmailQueue
) -> Template:
    """Make an invitation: e-mail its link, and show it once for copying."""
    form = await request.form()
    name, role = require_new_name(str(form.get("name", ""))), str(form.get("role", "user"))
    require_role(role)
    if await accounts.named(name):
        raise AccountError(TAKEN)
    link, secret = await links.invite(name, role, by=request.user.name)
    address = mail.link(f"/invitation/{secret}")
    is_sent = mail.is_set_up and is_one_address(name)
    if is_sent:
        by = request.user.label
        values = {"name": name, "by": by, "link": address, "expires_at": link.expires_at}
        await mail.send(name, "invitation", **values)
    shown = {"name": name, "address": address, "is_sent": is_sent, "purpose": "invitation"}
    return await account_list(accounts, links, mail, new_link=shown)


@post("/admin/invitations/{link_id:str}/withdraw", include_in_schema=False, opt=ADMIN_AGAIN)
async def withdraw(link_id: str, links: LinkStore) -> Redirect:
    """Withdraw an invitation that nobody has accepted."""
    await links.withdraw(link_id)
    return Redirect("/admin/accounts", status_code=SEE_OTHER)


@get(
    "/invitation/{secret:str}",
    exclude_from_auth=True,
    include_in_schema=False,
    guards=[require_passwords],
)
async def show_invitation(secret: str, links: LinkStore) -> Template:
    """Ask for the password of the new account."""
    link = await links.find(secret, INVITATION)
    return new_password_page(link.name, "invitation")


@post(
    "/invitation/{secret:str}",
    exclude_from_auth=True,
    include_in_schema=False,
    guards=[require_passwords],
)
async def accept(
    request: AnyRequest, secret: str, accounts: AccountStore, links: LinkStore
) -> Template | Redirect:
    """Create the account and log in."""
    link = await links.find(secret, INVITATION)
    try:
        password_hash = await chosen_password_hash(request, link.name)
    except PasswordError as error:
        return new_password_page(link.name, "invitation", error=str(error))
    await links.use(secret, INVITATION)
    account = await accounts.add(link.name, password_hash, role=link.role)
    await let_in(request, account, accounts, Authenticated(by="invitation"))
    return Redirect("/", status_code=SEE_OTHER)


HANDLERS = [invite, withdraw, show_invitation, accept]
