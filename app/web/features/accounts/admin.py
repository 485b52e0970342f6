"""The administration of accounts and of their e-mails; jobs are in ``app/web/features/ops``."""

from typing import Any, Literal

from litestar import get, post
from litestar.response import Redirect, Template

from app.accounts.email_queue import EmailQueue
from app.accounts.removal import remove_account
from app.db.accounts.errors import AccountError
from app.db.accounts.links import LinkStore
from app.db.accounts.policy import RequiredFrom, second_factor_required_from
from app.db.accounts.roles import ROLES
from app.db.accounts.second_factor import SecondFactorStore
from app.db.accounts.store import AccountStore
from app.db.jobs.lists.search import JobFilter, count_jobs
from app.db.jobs.store import JobStore
from app.db.notifications.email_outbox import recent_emails
from app.progress.publisher import Publisher
from app.storage import Folder
from app.web.http.identity.security import ADMIN, ADMIN_AGAIN, AnyRequest, require_passwords
from app.web.words import ROLES_OF_ACCOUNTS

SEE_OTHER: Literal[303] = 303
LETTERS_SHOWN = 20
CHOOSE = "Choose what becomes of the jobs: delete them, or hand them to another account."

NO_RESET = (
    "This account has no password: its user signs in with the provider, which keeps the password."
)


@get("/admin/accounts", include_in_schema=False, opt=ADMIN)
async def list_accounts(accounts: AccountStore, links: LinkStore, mail: EmailQueue) -> Template:
    """The page of all accounts, the open invitations, and the recent e-mails."""
    return await account_list(accounts, links, mail)


@post("/admin/accounts/{account_id:str}/role", include_in_schema=False, opt=ADMIN_AGAIN)
async def change_role(request: AnyRequest, account_id: str, accounts: AccountStore) -> Redirect:
    """Give an account another role."""
    form = await request.form()
    await accounts.set_role(account_id, str(form.get("role", "")))
    return _redirect_to_accounts()


@post("/admin/accounts/{account_id:str}/disable", include_in_schema=False, opt=ADMIN_AGAIN)
async def disable(account_id: str, accounts: AccountStore) -> Redirect:
    """Disable an account: its sessions end and its tokens are refused."""
    await accounts.disable(account_id)
    return _redirect_to_accounts()


@post("/admin/accounts/{account_id:str}/enable", include_in_schema=False, opt=ADMIN_AGAIN)
async def enable(account_id: str, accounts: AccountStore) -> Redirect:
    """Enable an account again."""
    await accounts.enable(account_id)
    return _redirect_to_accounts()


@post(
    "/admin/accounts/{account_id:str}/reset",
    include_in_schema=False,
    opt=ADMIN_AGAIN,
    status_code=200,
    guards=[require_passwords],
)
async def make_reset_link(
    request: AnyRequest, account_id: str, accounts: AccountStore, links: LinkStore, mail: EmailQueue
) -> Template:
    """Show a link with which the user of an account sets a new password."""
    account = await accounts.get(account_id)
    if not account.password_hash:
        raise AccountError(NO_RESET)
    _, secret = await links.reset(account, by=request.user.name)
    address = mail.link(f"/reset/{secret}")
    shown = {"name": account.name, "address": address, "is_sent": False, "purpose": "reset"}
    return await account_list(accounts, links, mail, new_link=shown)


@get("/admin/accounts/{account_id:str}/delete", include_in_schema=False, opt=ADMIN)
async def ask_to_delete(account_id: str, accounts: AccountStore) -> Template:
    """Ask what to do with the jobs of an account before it is deleted."""
    account = await accounts.get(account_id)
    others = [each for each in await accounts.all() if each.id != account.id]
    count = await count_jobs(JobFilter(), owner=account.id)
    context = {"account": account, "others": others, "jobs": count}
    return Template("accounts/delete.html", context=context)


@post("/admin/accounts/{account_id:str}/delete", include_in_schema=False, opt=ADMIN_AGAIN)
async def delete(
    request: AnyRequest,
    account_id: str,
    accounts: AccountStore,
    jobs: JobStore,
    publisher: Publisher,
    storage: Folder,
) -> Redirect:
    """Delete an account, and delete its jobs or hand them to another account."""
    form = await request.form()
    account = await accounts.get(account_id)
    what, heir = form.get("jobs"), None
    if what == "hand over":
        heir = (await accounts.get(str(form.get("to", "")))).id
    elif what != "delete":
        raise AccountError(CHOOSE)
    await remove_account(account, jobs, storage, publisher, heir=heir, by=request.user.name)
    return _redirect_to_accounts()


async def account_list(
    accounts: AccountStore,
    links: LinkStore,
    mail: EmailQueue,
    *,
    new_link: dict[str, Any] | None = None,
) -> Template:
    """The page of all accounts; ``new_link`` is a link that is shown only now."""
    return Template(
        "accounts/admin.html",
        context={
            "accounts": await accounts.all(),
            "with_second_factor": await SecondFactorStore().accounts_with_second_factor(),
            "required_from": await second_factor_required_from(),
            "choices": list(RequiredFrom),
            "invitations": await links.invitations(),
            "letters": await recent_emails(LETTERS_SHOWN),
            "mail": mail.is_set_up,
            "has_passwords": mail.settings.has_passwords,
            "roles": ROLES,
            "role_names": ROLES_OF_ACCOUNTS,
            "new_link": new_link,
        },
    )


def _redirect_to_accounts() -> Redirect:
    return Redirect("/admin/accounts", status_code=SEE_OTHER)


HANDLERS = [list_accounts, change_role, disable, enable, make_reset_link, ask_to_delete, delete]
