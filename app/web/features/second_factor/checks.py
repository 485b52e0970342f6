"""Checks codes of second factors, with limits as strict as those of passwords."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.accounts.email_queue import EmailQueue
from app.accounts.second_factor import By, SecondFactors
from app.accounts.security_emails import SecurityEmail
from app.db.accounts.tables import Account
from app.web.features.accounts.failures import WRONG_CODE, note_failure, refusals_logged
from app.web.http.identity.security import AnyRequest
from app.web.http.identity.throttling import Limit, Limits, Throttle, address_of

# Three of a million codes are valid at a time: strangers have 240 tries a day at an account.
CODE_LIMITS = Limits(account=Limit(10, 60 * 60))


@dataclass
class Tried:
    """The outcome of a try: which kind of code was right, if any."""

    by: By | None = None


@dataclass(frozen=True)
class CodeChecks:
    """Checks codes for the pages that ask for them."""

    factors: SecondFactors
    throttle: Throttle
    mailer: EmailQueue

    async def check(self, request: AnyRequest, account: Account, code: str) -> By | None:
        """Use a code of an account; return its kind, or None if it is wrong.

        Raises:
            TooManyTriesError: There were too many recent tries.
            SecondFactorError: Codes of the app cannot be checked.
        """
        async with self._counted(request, account) as tried:
            tried.by = await self.factors.take(account.id, code)
        if tried.by is By.RECOVERY_CODE:
            await self._report_recovery_code(account)
        return tried.by

    async def confirm(self, request: AnyRequest, account: Account, code: str) -> list[str] | None:
        """Confirm a set-up by its first code; return the recovery codes, or None if it is wrong.

        Raises:
            TooManyTriesError: There were too many recent tries.
            SecondFactorError: There is no set-up to confirm.
        """
        async with self._counted(request, account) as tried:
            codes = await self.factors.confirm(account.id, code)
            tried.by = By.APP if codes else None
        return codes

    @asynccontextmanager
    async def _counted(self, request: AnyRequest, account: Account) -> AsyncIterator[Tried]:
        """Count a try, and record it if the code was wrong."""
        who = f"code of {account.id}"
        address = address_of(request.client.host if request.client else None)
        with refusals_logged(account, account.name):
            await self.throttle.admit_login(who, address)
        tried = Tried()
        yield tried
        if tried.by is None:
            await note_failure(WRONG_CODE, account=account)
        else:
            await self.throttle.forgive(who, address)

    async def _report_recovery_code(self, account: Account) -> None:
        left = await self.factors.store.recovery_codes_left(account.id)
        codes = f"{left} recovery code{' is' if left == 1 else 's are'} left."
        await self.mailer.write_to_account(account, SecurityEmail.RECOVERY_CODE_USED, detail=codes)
