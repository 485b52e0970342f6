"""Which account belongs to whom at an OpenID provider.

An account is found by issuer and subject, which the provider gives to nobody else, and never by an
e-mail address or name: whoever gets the address of a user at a provider would get their account.
"""

from datetime import UTC, datetime
from sqlite3 import IntegrityError
from typing import NamedTuple
from uuid import uuid4

from asyncpg import UniqueViolationError
from piccolo.columns import And

from app.db.accounts.errors import AccountError
from app.db.accounts.names import require_new_name
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Account, AccountIdentity
from app.db.engine.transaction import transaction
from app.db.security.trail import EventKind, record

NO_PASSWORD = ""
TAKEN = (
    "There is an account named {name} here already, and it is not linked with you at the provider "
    "({subject}). If it is yours, ask the administrator of this server to link it: sialoscope user "
    "link {name} {subject}"
)
LINKED = "This user of the provider is linked with another account already."


class Subject(NamedTuple):
    """A user of a provider: an identifier that never changes and is never given to another."""

    issuer: str
    subject: str


async def account_linked_with(subject: Subject) -> Account | None:
    """Return the account of a user of a provider, or None."""
    is_it = And(
        AccountIdentity.issuer == subject.issuer, AccountIdentity.subject == subject.subject
    )
    row = await AccountIdentity.select(AccountIdentity.account).where(is_it).first()
    return await AccountStore().find(row["account"]) if row else None


async def accounts_linked_with(issuer: str, subject: str = "") -> list[str]:
    """Return the ids of the accounts of a user of a provider, or of all its users."""
    query = AccountIdentity.select(AccountIdentity.account)
    query = query.where(AccountIdentity.issuer == issuer)
    if subject:
        query = query.where(AccountIdentity.subject == subject)
    return [row["account"] for row in await query]


async def add_linked_account(subject: Subject, names: list[str], role: str) -> Account:
    """Make an account without a password for a user of a provider.

    Raises:
        AccountError: its name is taken, or the provider gave none that can be used.
    """
    name = _usable_name(names)
    if await AccountStore().named(name):
        raise AccountError(TAKEN.format(name=name, subject=subject.subject))
    async with transaction():
        account = await AccountStore().add(name, NO_PASSWORD, role=role)
        await link(account, subject)
    return account


async def link(account: Account, subject: Subject) -> None:
    """Let a user of a provider log in to an account.

    Raises:
        AccountError: they have another account already.
    """
    identity = AccountIdentity(
        id=uuid4().hex,
        account=account.id,
        issuer=subject.issuer,
        subject=subject.subject,
        created_at=datetime.now(UTC),
    )
    try:
        async with transaction():
            await AccountIdentity.insert(identity)
            detail = subject._asdict()
            await record(
                EventKind.IDENTITY_LINKED, about=account.id, about_name=account.name, detail=detail
            )
    except (IntegrityError, UniqueViolationError):
        raise AccountError(LINKED) from None


def _usable_name(names: list[str]) -> str:
    """The first of some names that an account can have."""
    for name in names:
        try:
            return require_new_name(name)
        except AccountError:
            continue
    raise AccountError("The provider gave no name that an account can have.")
