"""An authenticator app for tests."""

import time

import pyotp

from tests.servers import wait_until

STEP_S = 30


class AuthenticatorApp:
    """Shows the codes of a secret, each only once, because a used code is refused."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret.replace(" ", ""))
        self._last_step = 0

    def code(self) -> str:
        """The oldest code that was not shown yet and that a server accepts now."""
        step = max(self._last_step + 1, _step_now() - 1)
        wait_until(lambda: step <= _step_now() + 1)
        self._last_step = step
        return self.totp.generate_otp(step)


def _step_now() -> int:
    return int(time.time()) // STEP_S
