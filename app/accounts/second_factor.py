"""The second factor of an account: codes of an authenticator app (TOTP) and recovery codes.

A code (RFC 6238) works once. It is valid in its own 30 seconds and in the 30 before and after,
because clocks differ.
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
RECOVERY_BYTES = 10  # 80 bits, too many to find a code from its plain hash
RECOVERY_LENGTH = 16
UNREADABLE = (
    "Codes of the app cannot be checked, because the token of this installation has changed. Use "
    "a recovery code, or ask an administrator to remove your second factor."
)


class By(StrEnum):
    """The kind of code that a user gave."""

    APP = "authenticator app"
    RECOVERY_CODE = "recovery code"


class SecondFactors:
    """Sets up, checks and renews the second factors of accounts."""

    def __init__(self, seal: Seal, store: SecondFactorStore | None = None) -> None:
        self._seal = seal
        self.store = store or SecondFactorStore()

    async def is_on(self, account: str) -> bool:
        """Whether an account has a confirmed second factor."""
        return await self.store.confirmed(account) is not None

    async def begin(self, account: str) -> str:
        """Start the setup and return the secret for the authenticator app.

        Raises:
            SecondFactorError: the account already has a second factor.
        """
        secret = pyotp.random_base32()
        await self.store.begin(account, self._seal.seal(secret, account=account))
        return secret

    async def confirm(self, account: str, code: str) -> list[str] | None:
        """Finish the setup with a first code; return recovery codes, or None if it is wrong.

        Raises:
            SecondFactorError: no setup was started.
        """
        begun = await self.store.begun(account)
        step = _step_of(self._decrypted(account, begun.secret), code)
        if step is None:
            return None
        codes = _new_recovery_codes()
        await self.store.confirm(begun, step, [_normalized(each) for each in codes])
        return codes

    async def take(self, account: str, code: str) -> By | None:
        """Check a code and use it up; return its kind, or None if it is wrong.

        Raises:
            SecondFactorError: codes of the app cannot be checked.
        """
        plain = _normalized(code)
        if len(plain) == RECOVERY_LENGTH:
            is_right = await self.store.take_recovery_code(account, plain)
            return By.RECOVERY_CODE if is_right else None
        factor = await self.store.confirmed(account)
        step = _step_of(self._decrypted(account, factor.secret), plain) if factor else None
        is_right = step is not None and await self.store.take_step(account, step)
        return By.APP if is_right else None

    async def renew_recovery_codes(self, account: str) -> list[str]:
        """Replace the recovery codes of an account and return the new ones."""
        codes = _new_recovery_codes()
        await self.store.renew_recovery_codes(account, [_normalized(each) for each in codes])
        return codes

    def _decrypted(self, account: str, sealed: str) -> str:
        try:
            return self._seal.open(sealed, account=account)
        except SealError:
            raise SecondFactorError(UNREADABLE) from None


def app_link(secret: str, *, name: str) -> str:
    """Return the ``otpauth://`` link for an authenticator app, also for its QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def _step_of(secret: str, code: str) -> int | None:
    """Return the current time step that has this code; None if the code is wrong."""
    plain = _normalized(code)
    if len(plain) != DIGITS or not plain.isascii() or not plain.isdecimal():
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(plain, valid_window=STEPS_AROUND)
    except OTPVerificationError:
        return None


def _new_recovery_codes() -> list[str]:
    """Return new codes in groups of four characters, which are easy to copy."""
    plain = [b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    return ["-".join(each[at : at + 4] for at in range(0, RECOVERY_LENGTH, 4)) for each in plain]


def _normalized(code: str) -> str:
    """Normalize a typed code: no spaces or hyphens, in upper case."""
    return "".join(code.split()).replace("-", "").upper()
