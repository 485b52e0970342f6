"""The second factor of an account: codes of an authenticator app (TOTP) and recovery codes.

A code (RFC 6238) is good once, for its own 30 seconds and those before and after, since clocks
differ.
"""

import secrets
from base64 import b32encode
from enum import StrEnum

import pyotp
from pyotp.exceptions import OTPVerificationError

from app.accounts.sealed import Seal, SealError
from app.db.accounts.second_factor import SecondFactorError, SecondFactorStore

ISSUER = "Sialoscope"
DIGITS = 6
STEPS_AROUND = 1
RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # 80 bits, so that their plain hash cannot be searched for
RECOVERY_LENGTH = 16
UNREADABLE = (
    "Codes of the app cannot be checked, since the token of this installation has changed. Use a "
    "recovery code, or ask an administrator to remove your second factor."
)


class By(StrEnum):
    """Which kind of code was right."""

    APP = "authenticator app"
    RECOVERY_CODE = "recovery code"


class SecondFactors:
    """What accounts can do with their second factors."""

    def __init__(self, seal: Seal, store: SecondFactorStore | None = None) -> None:
        self._seal = seal
        self.store = store or SecondFactorStore()

    async def is_on(self, account: str) -> bool:
        """Whether an account has one."""
        return await self.store.confirmed(account) is not None

    async def begin(self, account: str) -> str:
        """Begin to set one up; the secret to be put into the app.

        Raises:
            SecondFactorError: the account has one.
        """
        secret = pyotp.random_base32()
        await self.store.begin(account, self._seal.seal(secret, account=account))
        return secret

    async def confirm(self, account: str, code: str) -> list[str] | None:
        """Let a set-up count by its first code; the recovery codes, or None if the code is wrong.

        Raises:
            SecondFactorError: there is no set-up to confirm.
        """
        begun = await self.store.begun(account)
        step = _step_of(self._opened(account, begun.secret), code)
        if step is None:
            return None
        codes = _new_recovery_codes()
        await self.store.confirm(begun, step, [_plain(each) for each in codes])
        return codes

    async def take(self, account: str, code: str) -> By | None:
        """Take a code of either kind, once; which it was, or None if it is wrong.

        Raises:
            SecondFactorError: codes of the app cannot be checked.
        """
        plain = _plain(code)
        if len(plain) == RECOVERY_LENGTH:
            is_right = await self.store.take_recovery_code(account, plain)
            return By.RECOVERY_CODE if is_right else None
        factor = await self.store.confirmed(account)
        step = _step_of(self._opened(account, factor.secret), plain) if factor else None
        is_right = step is not None and await self.store.take_step(account, step)
        return By.APP if is_right else None

    async def renew_recovery_codes(self, account: str) -> list[str]:
        """New recovery codes, instead of those before."""
        codes = _new_recovery_codes()
        await self.store.renew_recovery_codes(account, [_plain(each) for each in codes])
        return codes

    def _opened(self, account: str, sealed: str) -> str:
        try:
            return self._seal.open(sealed, account=account)
        except SealError:
            raise SecondFactorError(UNREADABLE) from None


def app_link(secret: str, *, name: str) -> str:
    """The address that an authenticator app reads, from a QR code or as a link."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def _step_of(secret: str, code: str) -> int | None:
    """The time step whose code this is, if it is one of now."""
    plain = _plain(code)
    if len(plain) != DIGITS or not plain.isascii() or not plain.isdecimal():
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(plain, valid_window=STEPS_AROUND)
    except OTPVerificationError:
        return None


def _new_recovery_codes() -> list[str]:
    """Codes in groups of four characters, which are easier to copy."""
    plain = [b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    return ["-".join(each[at : at + 4] for at in range(0, RECOVERY_LENGTH, 4)) for each in plain]


def _plain(code: str) -> str:
    """A code as it is compared, however it was typed."""
    return "".join(code.split()).replace("-", "").upper()
