"""Second factors in the database: the sealed secret of an authenticator app, and recovery codes.

Every code is taken by one guarded statement, so that of many at once one succeeds.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from piccolo.columns import And

from app.db.accounts.secrets import digest
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import RecoveryCode, SecondFactor
from app.db.engine.transaction import transaction
from app.db.jobs.store import Condition
from app.db.security.trail import EventKind, record

# A set-up that is not confirmed within this time is begun again.
CONFIRMED_WITHIN = timedelta(minutes=15)
ON_ALREADY = "A second factor is set up already. Remove it before you set up another."
BEGIN_AGAIN = "The set-up took too long or was begun again elsewhere. Begin it once more."


class SecondFactorError(Exception):
    """A second factor cannot be set up or used so; the text says what to do."""


class SecondFactorStore:
    """The second factors of accounts."""

    async def confirmed(self, account: str) -> SecondFactor | None:
        """The second factor that an account has, if it has one."""
        is_on = And(_of(account), SecondFactor.confirmed.eq(True))
        return await SecondFactor.objects().where(is_on).first()

    async def those_with(self) -> set[str]:
        """The accounts that have one."""
        is_on = SecondFactor.confirmed.eq(True)
        rows = await SecondFactor.select(SecondFactor.account).where(is_on)
        return {row["account"] for row in rows}

    async def begin(self, account: str, sealed: str) -> None:
        """Keep the secret of an app until a code of it confirms the set-up.

        Raises:
            SecondFactorError: the account has a second factor.
        """
        async with transaction():
            if await self.confirmed(account):
                raise SecondFactorError(ON_ALREADY)
            await SecondFactor.delete().where(_of(account))
            now = datetime.now(UTC)
            await SecondFactor.insert(SecondFactor(account=account, secret=sealed, created_at=now))

    async def begun(self, account: str) -> SecondFactor:
        """The set-up that waits for its first code.

        Raises:
            SecondFactorError: there is none that can still be confirmed.
        """
        is_young = SecondFactor.created_at > datetime.now(UTC) - CONFIRMED_WITHIN
        waits = And(SecondFactor.confirmed.eq(False), is_young)
        found = await SecondFactor.objects().where(And(_of(account), waits)).first()
        if found is None:
            raise SecondFactorError(BEGIN_AGAIN)
        return found

    async def confirm(self, begun: SecondFactor, step: int, codes: Collection[str]) -> None:
        """Let a set-up count, with these recovery codes; all sessions of the account end.

        Raises:
            SecondFactorError: it was begun again or confirmed meanwhile.
        """
        account = str(begun.account)
        same = And(_of(account), SecondFactor.secret == begun.secret)
        is_it = And(same, SecondFactor.confirmed.eq(False))
        now_on = SecondFactor.update({SecondFactor.confirmed: True, SecondFactor.last_step: step})
        async with transaction():
            if not await now_on.where(is_it).returning(SecondFactor.account):
                raise SecondFactorError(BEGIN_AGAIN)
            await _replace_codes(account, codes)
            await record(EventKind.SECOND_FACTOR_SET_UP, about=account)
            await AccountStore().end_sessions(account)

    async def take_step(self, account: str, step: int) -> bool:
        """Take the code of a time step; False if it or a later one was taken before."""
        is_new = And(SecondFactor.confirmed.eq(True), SecondFactor.last_step < step)
        taken = SecondFactor.update({SecondFactor.last_step: step})
        rows = await taken.where(And(_of(account), is_new)).returning(SecondFactor.account)
        return bool(rows)

    async def take_recovery_code(self, account: str, code: str) -> bool:
        """Take a recovery code; False if it is none of the account, or was taken before."""
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
        """How many recovery codes of an account can still be used."""
        is_unused = And(RecoveryCode.account == account, RecoveryCode.used_at.is_null())
        return int(await RecoveryCode.count().where(is_unused))

    async def renew_recovery_codes(self, account: str, codes: Collection[str]) -> None:
        """Let these recovery codes count instead of those before."""
        async with transaction():
            await _replace_codes(account, codes)
            await record(EventKind.RECOVERY_CODES_RENEWED, about=account)

    async def remove(self, account: str) -> bool:
        """Let the password alone let in again; all sessions end. False if there was none."""
        async with transaction():
            removed = SecondFactor.delete().where(_of(account))
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


def _of(account: str) -> Condition:
    return SecondFactor.account == account
