"""Second factors in the database: the encrypted secret of an app, and recovery codes.

One guarded statement uses up a code, so of many attempts at once only one succeeds.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from piccolo.columns import And

from app.db.accounts.secrets import digest
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import RecoveryCode, SecondFactor
from app.db.engine.transaction import transaction
from app.db.jobs.conditions import Condition
from app.db.security.trail import EventKind, record

# A setup that is not confirmed within this time must be started again.
CONFIRMED_WITHIN = timedelta(minutes=15)
ON_ALREADY = "A second factor is set up already. Remove it before you set up another."
BEGIN_AGAIN = "The setup took too long or was started again elsewhere. Start it once more."


class SecondFactorError(Exception):
    """A second factor cannot be set up or used; the text says what to do."""


class SecondFactorStore:
    """The second factors of accounts in the database."""

    async def confirmed(self, account: str) -> SecondFactor | None:
        """Return the confirmed second factor of an account, or None."""
        is_on = And(_belongs_to(account), SecondFactor.confirmed.eq(True))
        return await SecondFactor.objects().where(is_on).first()

    async def accounts_with_second_factor(self) -> set[str]:
        """Return the ids of the accounts that have a second factor."""
        is_on = SecondFactor.confirmed.eq(True)
        rows = await SecondFactor.select(SecondFactor.account).where(is_on)
        return {row["account"] for row in rows}

    async def begin(self, account: str, sealed: str) -> None:
        """Store the secret of an app until a code from it confirms the setup.

        Raises:
            SecondFactorError: the account already has a second factor.
        """
        async with transaction():
            if await self.confirmed(account):
                raise SecondFactorError(ON_ALREADY)
            await SecondFactor.delete().where(_belongs_to(account))
            now = datetime.now(UTC)
            await SecondFactor.insert(SecondFactor(account=account, secret=sealed, created_at=now))

    async def begun(self, account: str) -> SecondFactor:
        """Return the setup that waits for its first code.

        Raises:
            SecondFactorError: there is none, or it has expired.
        """
        is_young = SecondFactor.created_at > datetime.now(UTC) - CONFIRMED_WITHIN
        waits = And(SecondFactor.confirmed.eq(False), is_young)
        found = await SecondFactor.objects().where(And(_belongs_to(account), waits)).first()
        if found is None:
            raise SecondFactorError(BEGIN_AGAIN)
        return found

    async def confirm(self, begun: SecondFactor, step: int, codes: Collection[str]) -> None:
        """Confirm a setup, store its recovery codes, and end all sessions of the account.

        Raises:
            SecondFactorError: the setup was started again or confirmed meanwhile.
        """
        account = str(begun.account)
        same = And(_belongs_to(account), SecondFactor.secret == begun.secret)
        is_it = And(same, SecondFactor.confirmed.eq(False))
        now_on = SecondFactor.update({SecondFactor.confirmed: True, SecondFactor.last_step: step})
        async with transaction():
            if not await now_on.where(is_it).returning(SecondFactor.account):
                raise SecondFactorError(BEGIN_AGAIN)
            await _replace_codes(account, codes)
            await record(EventKind.SECOND_FACTOR_SET_UP, about=account)
            await AccountStore().end_sessions(account)

    async def take_step(self, account: str, step: int) -> bool:
        """Use up the code of a time step; False if it or a later one was used before."""
        is_new = And(SecondFactor.confirmed.eq(True), SecondFactor.last_step < step)
        taken = SecondFactor.update({SecondFactor.last_step: step})
        rows = await taken.where(And(_belongs_to(account), is_new)).returning(SecondFactor.account)
        return bool(rows)

    async def take_recovery_code(self, account: str, code: str) -> bool:
        """Use up a recovery code; False if it is wrong or was used before."""
        is_it = And(RecoveryCode.account == account, RecoveryCode.code_sha256 == digest(code))
        taken = RecoveryCode.update({RecoveryCode.used_at: datetime.now(UTC)})
        async with transaction():
            is_unused = And(is_it, RecoveryCode.used_at.is_null())
            if not await taken.where(is_unused).returning(RecoveryCode.id):
                return False
            detail = {"left": await self.recovery_codes_left(account)}
            await record(EventKind.RECOVERY_CODE_USED, about=account, detail=detail)
        return True

    async def recovery_codes_left(self, account: str) -> int:
        """Return how many unused recovery codes an account has."""
        is_unused = And(RecoveryCode.account == account, RecoveryCode.used_at.is_null())
        return int(await RecoveryCode.count().where(is_unused))

    async def renew_recovery_codes(self, account: str, codes: Collection[str]) -> None:
        """Replace the recovery codes of an account."""
        async with transaction():
            await _replace_codes(account, codes)
            await record(EventKind.RECOVERY_CODES_RENEWED, about=account)

    async def remove(self, account: str) -> bool:
        """Remove a second factor and end all sessions; False if there was none."""
        async with transaction():
            removed = SecondFactor.delete().where(_belongs_to(account))
            rows = await removed.returning(SecondFactor.confirmed)
            await RecoveryCode.delete().where(RecoveryCode.account == account)
            if not any(row["confirmed"] for row in rows):
                return False
            await record(EventKind.SECOND_FACTOR_REMOVED, about=account)
            await AccountStore().end_sessions(account)
        return True


async def _replace_codes(account: str, codes: Collection[str]) -> None:
    await RecoveryCode.delete().where(RecoveryCode.account == account)
    rows = [RecoveryCode(id=uuid4().hex, account=account, code_sha256=digest(c)) for c in codes]
    await RecoveryCode.insert(*rows)


def _belongs_to(account: str) -> Condition:
    return SecondFactor.account == account
