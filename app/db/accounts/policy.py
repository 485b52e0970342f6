"""From whom a second factor is required: an administrator decides it for all accounts."""

from enum import StrEnum

from app.db.accounts.store import AccountError
from app.db.accounts.tables import AccountPolicy
from app.db.engine.transaction import transaction
from app.db.security.trail import EventKind, record


class RequiredFrom(StrEnum):
    """Whose accounts need a second factor."""

    NOBODY = "nobody"
    ADMINS = "admins"
    ALL = "all"

    def includes(self, role: str) -> bool:
        """Whether accounts of a role need one."""
        return self is RequiredFrom.ALL or (self is RequiredFrom.ADMINS and role == "admin")


async def second_factor_required_from() -> RequiredFrom:
    """What holds now; nobody needs one until somebody decides."""
    policy = await AccountPolicy.select().first()
    return RequiredFrom(policy["second_factor"]) if policy else RequiredFrom.NOBODY


async def require_second_factor_from(whom: str) -> None:
    """Let something else hold.

    Raises:
        AccountError: there is no such choice.
    """
    if whom not in list(RequiredFrom):
        raise AccountError(f"A second factor is required from {', '.join(RequiredFrom)}.")
    async with transaction():
        await AccountPolicy.insert(AccountPolicy(id=1, second_factor=whom)).on_conflict(
            target=AccountPolicy.id, action="DO UPDATE", values=[AccountPolicy.second_factor]
        )
        await record(EventKind.SECOND_FACTOR_POLICY, detail={"from": whom})
