"""The rule that says which accounts need a second factor; an administrator sets it."""

from enum import StrEnum

from app.db.accounts.errors import AccountError
from app.db.accounts.roles import SEE_OPERATIONS
from app.db.accounts.tables import AccountPolicy
from app.db.engine.transaction import transaction
from app.db.security.trail import EventKind, record


class RequiredFrom(StrEnum):
    """The accounts that need a second factor; viewers see what administrators see."""

    NOBODY = "nobody"
    ADMINS = "admins"
    ALL = "all"

    def includes(self, role: str) -> bool:
        """Whether accounts with this role need a second factor."""
        return self is RequiredFrom.ALL or (self is RequiredFrom.ADMINS and role in SEE_OPERATIONS)


async def second_factor_required_from() -> RequiredFrom:
    """Return the current rule; by default nobody needs a second factor."""
    policy = await AccountPolicy.select().first()
    return RequiredFrom(policy["second_factor"]) if policy else RequiredFrom.NOBODY


async def require_second_factor_from(whom: str) -> None:
    """Change the rule.

    Raises:
        AccountError: ``whom`` is not one of ``RequiredFrom``.
    """
    if whom not in list(RequiredFrom):
        raise AccountError(f"A second factor can be required from {', '.join(RequiredFrom)}.")
    async with transaction():
        await AccountPolicy.insert(AccountPolicy(id=1, second_factor=whom)).on_conflict(
            target=AccountPolicy.id, action="DO UPDATE", values=[AccountPolicy.second_factor]
        )
        await record(EventKind.SECOND_FACTOR_POLICY, detail={"from": whom})
