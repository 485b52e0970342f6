"""The quotas of an account: waiting jobs, storage, and submissions within an hour.

Two more are limits in the queue, beyond which jobs wait; the claim keeps them, see ``limits.py``.
"""

from typing import Any, NamedTuple

from piccolo.columns import Column

from app.db.accounts.tables import Account
from app.db.engine.transaction import transaction
from app.db.security.trail import EventKind, record

MB = 1_000_000
# The highest quota that can be set.
MOST = 1_000_000


class Quotas(NamedTuple):
    """The limits of an account; 0 means no limit."""

    waiting_jobs: int = 0
    storage_mb: int = 0
    submissions_per_hour: int = 0
    running_jobs: int = 0
    started_per_hour: int = 0


class OwnQuotas(NamedTuple):
    """The quotas that are set for an account; None means the default."""

    waiting_jobs: int | None = None
    storage_mb: int | None = None
    submissions_per_hour: int | None = None
    running_jobs: int | None = None
    started_per_hour: int | None = None


NO_QUOTAS = Quotas()
COLUMNS = (
    Account.waiting_jobs_quota,
    Account.storage_mb_quota,
    Account.submissions_per_hour_quota,
    Account.running_jobs_quota,
    Account.started_per_hour_quota,
)


async def quotas_of(owner: str, defaults: Quotas) -> Quotas:
    """Return the quotas of an owner: those of the account, and defaults for the others."""
    own = await own_quotas(owner)
    return Quotas(*(at if of is None else of for of, at in zip(own, defaults, strict=True)))


async def own_quotas(owner: str) -> OwnQuotas:
    """Return the quotas that are set for an owner."""
    row = await Account.select(*COLUMNS).where(Account.id == owner).first()
    return OwnQuotas(*row.values()) if row else OwnQuotas()


async def set_quotas(account: str, quotas: OwnQuotas) -> None:
    """Set the quotas of an account."""
    values: dict[Column | str, Any] = dict(zip(COLUMNS, quotas, strict=True))
    async with transaction():
        await Account.update(values).where(Account.id == account)
        await record(EventKind.QUOTAS_CHANGED, about=account, detail=quotas._asdict())
