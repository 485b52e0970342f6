"""The accounts in the database: names, password hashes, roles and sessions."""

from collections.abc import Collection
from datetime import UTC, datetime
from sqlite3 import IntegrityError
from uuid import uuid4

from asyncpg import UniqueViolationError

from app.db.accounts.errors import AccountError, AccountNotFoundError
from app.db.accounts.last_admin import take_rights
from app.db.accounts.names import name_key, require_new_name
from app.db.accounts.roles import ADMIN, ROLES
from app.db.accounts.tables import Account
from app.db.engine.transaction import transaction
from app.db.jobs.conditions import Values
from app.db.security.trail import EventKind, record

TAKEN = "There is an account with this name already; upper and lower case make no difference."
LAST_ADMIN = (
    "This is the last administrator. Make another account an administrator first, or nobody could "
    "manage users."
)


def require_role(role: str) -> None:
    """Check the name of a role.

    Raises:
        AccountError: there is no such role.
    """
    if role not in ROLES:
        raise AccountError(f"There is no role {role}; use one of {', '.join(ROLES)}.")


class AccountStore:
    """Reads and changes accounts; each change is one guarded statement."""

    async def add(self, name: str, password_hash: str, *, role: str = "user") -> Account:
        """Make an account.

        Raises:
            AccountError: the name is taken or invalid.
        """
        name = require_new_name(name)
        account = Account(
            id=uuid4().hex,
            name=name,
            name_key=name_key(name),
            password_hash=password_hash,
            role=role,
            created_at=_now(),
        )
        try:
            async with transaction():
                await Account.insert(account)
                await record(
                    EventKind.ACCOUNT_ADDED,
                    about=account.id,
                    about_name=name,
                    detail={"role": role},
                )
        except (IntegrityError, UniqueViolationError):
            raise AccountError(TAKEN) from None
        return account

    async def find(self, account_id: str) -> Account | None:
        """Return the account with an id, or None."""
        return await Account.objects().where(Account.id == account_id).first()

    async def get(self, account_id: str) -> Account:
        """Return the account with an id.

        Raises:
            AccountNotFoundError: there is no such account.
        """
        account = await self.find(account_id)
        if account is None:
            raise AccountNotFoundError("There is no such account; it may have been deleted.")
        return account

    async def named(self, name: str) -> Account | None:
        """Return the account with a name, or None."""
        return await Account.objects().where(Account.name_key == name_key(name)).first()

    async def all(self) -> list[Account]:
        """Return all accounts, sorted by name."""
        return await Account.objects().order_by(Account.name_key)

    async def names(self, ids: set[str]) -> dict[str, str]:
        """Return the names of accounts by their ids; unknown ids are left out."""
        if not ids:
            return {}
        columns = (Account.id, Account.name)
        rows = await Account.select(*columns).where(Account.id.is_in(list(ids)))
        return {row["id"]: row["name"] for row in rows}

    async def generations(self, ids: Collection[str]) -> dict[str, int]:
        """Return the session generations of accounts by id; without unknown and disabled ones."""
        if not ids:
            return {}
        columns = (Account.id, Account.generation, Account.disabled)
        rows = await Account.select(*columns).where(Account.id.is_in(list(ids)))
        return {row["id"]: row["generation"] for row in rows if not row["disabled"]}

    async def has_admin(self) -> bool:
        """Whether there is an administrator who is not disabled."""
        admins = Account.select(Account.disabled).where(Account.role == "admin")
        return any(not row["disabled"] for row in await admins)

    async def note_login(self, account_id: str, *, by: str) -> None:
        """Record a login and its method."""
        async with transaction():
            await Account.update({Account.last_login_at: _now()}).where(Account.id == account_id)
            await record(EventKind.LOGIN, about=account_id, detail={"by": by})

    async def set_password(self, account_id: str, password_hash: str) -> None:
        """Set the password hash of an account, and end all its sessions."""
        await self._set(account_id, {Account.password_hash: password_hash})

    async def rehash(self, account: Account, password_hash: str) -> None:
        """Store a new hash of the same password, unless the password was changed meanwhile."""
        is_same = (Account.id == account.id) & (Account.password_hash == account.password_hash)
        await Account.update({Account.password_hash: password_hash}).where(is_same)

    async def end_sessions(self, account_id: str) -> None:
        """Log an account out everywhere."""
        async with transaction():
            await self._set(account_id, {})
            await record(EventKind.SESSIONS_ENDED, about=account_id)

    async def enable(self, account_id: str) -> None:
        """Enable a disabled account."""
        async with transaction():
            await self._set(account_id, {Account.disabled: False})
            await record(EventKind.ACCOUNT_ENABLED, about=account_id)

    async def set_role(self, account_id: str, role: str) -> None:
        """Give an account a role; without that of an administrator its links for others end.

        Raises:
            AccountError: there is no such role, or this is the last administrator.
            AccountNotFoundError: there is no such account.
        """
        require_role(role)
        async with transaction():
            if role == ADMIN:
                await self._set(account_id, {Account.role: role})
            else:
                change = f"UPDATE account SET role = '{role}'"  # noqa: S608 - one of ROLES
                await self._guarded(account_id, change)
            await record(EventKind.ROLE_CHANGED, about=account_id, detail={"role": role})

    async def disable(self, account_id: str) -> None:
        """Disable an account, and end its sessions and the links that it made for others.

        Raises:
            AccountError: this is the last administrator.
            AccountNotFoundError: there is no such account.
        """
        change = "UPDATE account SET disabled = true, generation = generation + 1"
        async with transaction():
            await self._guarded(account_id, change)
            await record(EventKind.ACCOUNT_DISABLED, about=account_id)

    async def delete(self, account_id: str) -> None:
        """Delete an account.

        Raises:
            AccountError: this is the last administrator.
            AccountNotFoundError: there is no such account.
        """
        account = await self.get(account_id)
        async with transaction():
            await self._guarded(account_id, "DELETE FROM account")
            await record(EventKind.ACCOUNT_DELETED, about=account_id, about_name=account.name)

    async def _set(self, account_id: str, values: Values) -> None:
        """Change an account and end its sessions."""
        values = {Account.generation: Account.generation + 1, **values}
        changed = await Account.update(values).where(Account.id == account_id).returning(Account.id)
        if not changed:
            await self.get(account_id)

    async def _guarded(self, account_id: str, change: str) -> None:
        if not await take_rights(account_id, change):
            await self.get(account_id)
            raise AccountError(LAST_ADMIN)


def _now() -> datetime:
    return datetime.now(UTC)
