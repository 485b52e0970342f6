"""The user's own account: its password, its sessions and its digest."""

from dataclasses import dataclass
from typing import Any, Literal

from litestar import get, post
from litestar.di import Provide
from litestar.response import Redirect, Template

from app.accounts.email_queue import EmailQueue
from app.accounts.password_rule import PasswordError
from app.accounts.security_emails import SecurityEmail
from app.db.accounts.password_reset import change_password as change_password_of
from app.db.accounts.store import AccountStore
from app.db.data_retention.store import Retention, choice_of
from app.db.jobs.store import JobStore
from app.db.notifications.digests import choose_digest
from app.db.notifications.email_choices import is_one_address
from app.web.features.accounts.login import NOT_YOUR_PASSWORD, checked_password, log_in
from app.web.features.accounts.own_sessions import own_sessions
from app.web.features.accounts.quotas import quota_views
from app.web.features.accounts.reset import chosen_password_hash
from app.web.features.data_retention.views import keep_view
from app.web.http.identity.security import MANAGE, OWN_LOGIN, TOKENS, AnyRequest
from app.web.http.identity.sessions import end_session
from app.web.http.identity.throttling import Throttle
from app.web.words import ROLES_OF_ACCOUNTS

SEE_OTHER: Literal[303] = 303


@dataclass(frozen=True)
class AccountPage:
    """Shows the page of the user's account."""

    accounts: AccountStore
    mail: EmailQueue
    retention: Retention
    jobs: JobStore

    async def shown(self, request: AnyRequest, *, changed: bool = False) -> Template:
        """The page; ``changed`` if the password was changed just now."""
        return Template("accounts/own.html", context=await self._context(request, changed=changed))

    async def refused(self, request: AnyRequest, error: str) -> Template:
        """The page with the reason why the password was not changed."""
        context = await self._context(request, error=error)
        return Template("accounts/own.html", context=context, status_code=400)

    async def _context(self, request: AnyRequest, **more: object) -> dict[str, Any]:
        account = await self.accounts.get(request.user.name)
        return {
            "account": account,
            "role_names": ROLES_OF_ACCOUNTS,
            "quotas": await quota_views(account.id, self.jobs.quotas),
            "keep": await keep_view(self.retention, owner=account.id),
            "digest": (await choice_of(account.id)).digest,
            "mail": self.mail.is_set_up,
            "can_get_mail": self.mail.is_set_up and is_one_address(account.name),
            "sessions": await own_sessions(request, account),
            "changed": False,
            "error": "",
            **more,
        }


async def _account_page(
    accounts: AccountStore, mail: EmailQueue, retention: Retention, jobs: JobStore
) -> AccountPage:
    return AccountPage(accounts, mail, retention, jobs)


PAGE = {"page": Provide(_account_page)}


@get("/account", dependencies=PAGE, include_in_schema=False, opt=TOKENS)
async def show_account(request: AnyRequest, page: AccountPage, changed: bool = False) -> Template:
    """The page of the user's account."""
    return await page.shown(request, changed=changed)


@post("/account/password", dependencies=PAGE, include_in_schema=False, opt=OWN_LOGIN)
async def change_password(
    request: AnyRequest,
    page: AccountPage,
    accounts: AccountStore,
    throttle: Throttle,
    mail: EmailQueue,
) -> Template | Redirect:
    """Change the password; all other sessions and the API tokens of the account end."""
    form = await request.form()
    account = await accounts.get(request.user.name)
    present = str(form.get("present", ""))
    if not await checked_password(request, account.name, present, accounts, throttle):
        return await page.refused(request, NOT_YOUR_PASSWORD)
    try:
        password_hash = await chosen_password_hash(request, account.name)
    except PasswordError as error:
        return await page.refused(request, str(error))
    await change_password_of(account.id, password_hash)
    await mail.write_to_account(account, SecurityEmail.PASSWORD_CHANGED)
    await log_in(request, await accounts.get(account.id))
    return Redirect("/account?changed=true", status_code=SEE_OTHER)


@post("/account/log-out-everywhere", include_in_schema=False, opt=OWN_LOGIN)
async def log_out_everywhere(request: AnyRequest, accounts: AccountStore) -> Redirect:
    """End all sessions of the account, including this one."""
    await accounts.end_sessions(request.user.name)
    await end_session(request)
    return Redirect("/login", status_code=SEE_OTHER)


@post("/account/digest", include_in_schema=False, opt=MANAGE)
async def change_digest(request: AnyRequest) -> Redirect:
    """Choose how often to get a digest by e-mail, if at all."""
    form = await request.form()
    await choose_digest(str(form.get("period", "")), owner=request.user.name)
    return Redirect("/account#digest", status_code=SEE_OTHER)


HANDLERS = [show_account, change_password, change_digest, log_out_everywhere]
