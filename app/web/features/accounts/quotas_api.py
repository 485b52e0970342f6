"""The API of the quotas of accounts, for administrators."""

from typing import Annotated, TypeAlias

import msgspec
from litestar import get, put

from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Account
from app.db.jobs.quotas.account_quotas import MOST, OwnQuotas, own_quotas, quotas_of, set_quotas
from app.db.jobs.quotas.usage import usage_of
from app.db.jobs.store import JobStore
from app.web.http.faults.problems import problems
from app.web.http.identity.security import ADMIN

Quota: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=MOST)] | None


class QuotaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The quotas of an account; null is the default of the installation, and 0 no limit.

    Beyond the first three a submission is refused. Beyond ``running_jobs`` at once, and
    ``started_per_hour``, jobs are accepted and wait.
    """

    waiting_jobs: Quota = None
    storage_mb: Quota = None
    submissions_per_hour: Quota = None
    running_jobs: Quota = None
    started_per_hour: Quota = None


class AccountQuotas(msgspec.Struct, frozen=True, kw_only=True):
    """The quotas that are set for an account, those that hold for it (0: no limit), and its use."""

    account: str
    own: dict[str, int | None]
    limits: dict[str, int]
    used: dict[str, int]


@get("/api/v1/accounts/{account:str}/quotas", tags=["ops"], responses=problems(404), opt=ADMIN)
async def show_account_quotas(
    account: str, accounts: AccountStore, jobs: JobStore
) -> AccountQuotas:
    """Show the quotas of an account, by its name or id, and its use of them."""
    return await _quotas(await named_or_with_id(account, accounts), jobs)


@put("/api/v1/accounts/{account:str}/quotas", tags=["ops"], responses=problems(404), opt=ADMIN)
async def set_account_quotas(
    account: str, data: QuotaSettings, accounts: AccountStore, jobs: JobStore
) -> AccountQuotas:
    """Set all quotas of an account, by its name or id; an omitted one becomes the default."""
    found = await named_or_with_id(account, accounts)
    await set_quotas(found.id, OwnQuotas(**msgspec.structs.asdict(data)))
    return await _quotas(found, jobs)


async def named_or_with_id(account: str, accounts: AccountStore) -> Account:
    """The account with this name or id.

    Raises:
        AccountNotFoundError: There is no such account.
    """
    return await accounts.named(account) or await accounts.get(account)


async def _quotas(account: Account, jobs: JobStore) -> AccountQuotas:
    usage = await usage_of(account.id)
    return AccountQuotas(
        account=account.name,
        own=(await own_quotas(account.id))._asdict(),
        limits=(await quotas_of(account.id, jobs.quotas))._asdict(),
        used=usage._asdict(),
    )


HANDLERS = [show_account_quotas, set_account_quotas]
