"""The quotas of accounts: their use, and the form that changes them."""

from typing import Literal, NamedTuple

from litestar import get, post
from litestar.response import Redirect, Template

from app.db.accounts.errors import AccountError
from app.db.accounts.store import AccountStore
from app.db.jobs.quotas.account_quotas import (
    MB,
    MOST,
    OwnQuotas,
    Quotas,
    own_quotas,
    quotas_of,
    set_quotas,
)
from app.db.jobs.quotas.usage import usage_of
from app.db.jobs.store import JobStore
from app.web.http.identity.security import ADMIN, AnyRequest

SEE_OTHER: Literal[303] = 303
WRONG = (
    f"A quota is a whole number from 0, which is no limit, to {MOST:,}; or empty for the default."
)


LABELS = {
    "waiting_jobs": "Jobs waiting",
    "storage_mb": "Storage (MB)",
    "submissions_per_hour": "Submissions in the last hour",
    "running_jobs": "Jobs running at once; further ones wait",
    "started_per_hour": "Jobs started in the last hour; further ones wait",
}


class QuotaView(NamedTuple):
    """One quota of an account; ``most`` and ``default`` are 0 if there is no limit.

    ``is_own`` says that it was set for this account.
    """

    field: str
    label: str
    used: str
    most: int
    default: int
    is_own: bool


async def quota_views(owner: str, defaults: Quotas) -> list[QuotaView]:
    """The quotas of an owner with their use."""
    usage, quotas = await usage_of(owner), await quotas_of(owner, defaults)
    is_own = [most is not None for most in await own_quotas(owner)]
    used = (
        f"{usage.waiting_jobs:,}",
        f"{usage.storage_bytes / MB:,.1f}",
        f"{usage.submissions:,}",
        f"{usage.running_jobs:,}",
        f"{usage.started_jobs:,}",
    )
    columns = (LABELS, LABELS.values(), used, quotas, defaults, is_own)
    return [QuotaView(*row) for row in zip(*columns, strict=True)]


@get("/admin/accounts/{account_id:str}/quotas", include_in_schema=False, opt=ADMIN)
async def show_quotas(account_id: str, accounts: AccountStore, jobs: JobStore) -> Template:
    """Show the quotas of an account with their use, and the form that changes them."""
    account = await accounts.get(account_id)
    context = {"account": account, "quotas": await quota_views(account.id, jobs.quotas)}
    return Template("accounts/quotas.html", context=context)


@post("/admin/accounts/{account_id:str}/quotas", include_in_schema=False, opt=ADMIN)
async def change_quotas(request: AnyRequest, account_id: str, accounts: AccountStore) -> Redirect:
    """Set the quotas of an account."""
    account = await accounts.get(account_id)
    form = await request.form()
    typed = OwnQuotas(*(_number(str(form.get(field, ""))) for field in OwnQuotas._fields))
    await set_quotas(account.id, typed)
    return Redirect(f"/admin/accounts/{account.id}/quotas", status_code=SEE_OTHER)


def _number(text: str) -> int | None:
    """The quota that was typed; None is the default.

    Raises:
        AccountError: It is not a valid quota.
    """
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 7 and int(text) <= MOST):
        raise AccountError(WRONG)
    return int(text)


HANDLERS = [show_quotas, change_quotas]
