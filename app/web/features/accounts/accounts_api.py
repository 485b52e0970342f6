"""The API of accounts and their roles, for administrators."""

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec
from litestar import get, put

from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Account
from app.web.features.accounts.quotas_api import named_or_with_id
from app.web.http.faults.problems import problems
from app.web.http.identity.security import ADMIN

Role: TypeAlias = Literal["user", "viewer", "admin"]


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """An account. ``last_login_at`` is UTC, and null before the first login."""

    id: str
    name: str
    role: Role
    disabled: bool
    last_login_at: datetime | None


class AccountList(msgspec.Struct, frozen=True, kw_only=True):
    """All accounts, sorted by name."""

    accounts: list[AccountView]


class RoleChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role: a viewer sees what an administrator sees, and changes nothing."""

    role: Role


@get("/api/v1/accounts", tags=["ops"], responses=problems(), opt=ADMIN)
async def list_accounts(accounts: AccountStore) -> AccountList:
    """List all accounts."""
    return AccountList(accounts=[_view(each) for each in await accounts.all()])


@put("/api/v1/accounts/{account:str}/role", tags=["ops"], responses=problems(404), opt=ADMIN)
async def set_account_role(account: str, data: RoleChoice, accounts: AccountStore) -> AccountView:
    """Give an account, by its name or id, another role; its sessions may end."""
    found = await named_or_with_id(account, accounts)
    await accounts.set_role(found.id, data.role)
    return _view(await accounts.get(found.id))


def _view(account: Account) -> AccountView:
    return AccountView(
        id=account.id,
        name=account.name,
        role=msgspec.convert(account.role, Role),
        disabled=account.disabled,
        last_login_at=account.last_login_at,
    )


HANDLERS = [list_accounts, set_account_role]
