"""Links that work once: to set a new password, or to accept an invitation."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from piccolo.columns import And

from app.db.accounts.names import name_key
from app.db.accounts.secrets import digest, new_secret
from app.db.accounts.tables import Account, AccountLink
from app.db.engine.transaction import transaction
from app.db.jobs.conditions import Condition
from app.db.security.trail import EventKind, record

RESET = "reset"
INVITATION = "invitation"
VALID_FOR = {RESET: timedelta(hours=1), INVITATION: timedelta(days=7)}
UNUSABLE = (
    "This link was used already, is too old, or was replaced by a newer one. Ask for another."
)


class LinkError(Exception):
    """A link cannot be used; the text says what to do."""


class NewLink(NamedTuple):
    """A new link and its secret, which cannot be read again."""

    link: AccountLink
    secret: str


class LinkStore:
    """The links in the database, which has only the hashes of their secrets."""

    async def invite(self, name: str, role: str, *, by: str) -> NewLink:
        """Make an invitation for a new account; it replaces earlier ones for the same name."""
        same = [
            each.id for each in await self.invitations() if name_key(each.name) == name_key(name)
        ]
        async with transaction():
            if same:
                await AccountLink.delete().where(_open(INVITATION, AccountLink.id.is_in(same)))
            await record(EventKind.INVITATION_MADE, about_name=name, detail={"role": role})
            link = AccountLink(purpose=INVITATION, name=name, role=role, made_by=by)
            return await self._make(link)

    async def reset(self, account: Account, *, by: str) -> NewLink:
        """Make a link to set a new password; it replaces the account's earlier ones."""
        link = AccountLink(
            purpose=RESET, name=account.name, role=account.role, account=account.id, made_by=by
        )
        async with transaction():
            await self.end_resets(account.id)
            kind = EventKind.RESET_LINK_MADE
            await record(kind, about=account.id, about_name=account.name)
            return await self._make(link)

    async def end_resets(self, account_id: str) -> None:
        """Delete the reset links of an account, because it has a new password or link."""
        await AccountLink.delete().where(_open(RESET, AccountLink.account == account_id))

    async def find(self, secret: str, purpose: str) -> AccountLink:
        """Return the link with this secret without using it up.

        Raises:
            LinkError: there is no usable link with this secret.
        """
        link = await AccountLink.objects().where(_usable(secret, purpose)).first()
        if link is None:
            raise LinkError(UNUSABLE)
        return link

    async def use(self, secret: str, purpose: str) -> AccountLink:
        """Use up the link with this secret and return it; of many calls at once, one succeeds.

        Raises:
            LinkError: there is no usable link with this secret.
        """
        used = AccountLink.update({AccountLink.used_at: datetime.now(UTC)})
        async with transaction():
            rows = await used.where(_usable(secret, purpose)).returning(*AccountLink.all_columns())
            if not rows:
                raise LinkError(UNUSABLE)
            link = AccountLink(**rows[0])
            if purpose == INVITATION:
                role = {"role": link.role}
                await record(EventKind.INVITATION_USED, about_name=link.name, detail=role)
        return link

    async def invitations(self) -> list[AccountLink]:
        """Return the invitations that nobody has accepted, newest first."""
        is_one = And(AccountLink.purpose == INVITATION, AccountLink.used_at.is_null())
        is_valid = AccountLink.expires_at > datetime.now(UTC)
        query = AccountLink.objects().where(And(is_one, is_valid))
        return await query.order_by(AccountLink.created_at, ascending=False)

    async def withdraw(self, link_id: str) -> None:
        """Withdraw an invitation."""
        withdrawn = AccountLink.delete().where(_open(INVITATION, AccountLink.id == link_id))
        async with transaction():
            for row in await withdrawn.returning(AccountLink.name):
                await record(EventKind.INVITATION_WITHDRAWN, about_name=row["name"])

    async def forget_old(self) -> int:
        """Delete expired links, and return how many there were."""
        old = AccountLink.delete().where(AccountLink.expires_at < datetime.now(UTC))
        return len(await old.returning(AccountLink.id))

    async def _make(self, link: AccountLink) -> NewLink:
        secret, now = new_secret(), datetime.now(UTC)
        link.id, link.secret_sha256 = uuid4().hex, digest(secret)
        link.created_at, link.expires_at = now, now + VALID_FOR[link.purpose]
        await AccountLink.insert(link)
        return NewLink(link, secret)


def _open(purpose: str, which: Condition) -> And:
    return And(And(AccountLink.purpose == purpose, AccountLink.used_at.is_null()), which)


def _usable(secret: str, purpose: str) -> And:
    is_valid = AccountLink.expires_at > datetime.now(UTC)
    return _open(purpose, And(AccountLink.secret_sha256 == digest(secret), is_valid))
