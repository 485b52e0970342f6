"""Secrets that the database holds sealed, so that a stolen copy of it alone opens none.

The key is derived from the token of the installation (``SIALOSCOPE_TOKEN``), which no backup of the
database has. Each secret is bound to its account: it cannot be moved to another one.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
PURPOSE = b"sialoscope: secrets of second factors"


class SealError(Exception):
    """A secret cannot be opened: it was sealed by another token of the installation."""


class Seal:
    """Seals and opens the secrets of accounts."""

    def __init__(self, installation_token: str) -> None:
        derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=PURPOSE)
        self._cipher = AESGCM(derived.derive(installation_token.encode()))

    def seal(self, secret: str, *, account: str) -> str:
        """The secret of an account as the database holds it."""
        nonce = urandom(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, secret.encode(), account.encode())
        return urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, *, account: str) -> str:
        """The secret of an account.

        Raises:
            SealError: it was sealed by another token or for another account.
        """
        raw = urlsafe_b64decode(sealed)
        nonce, rest = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, rest, account.encode()).decode()
        except InvalidTag:
            raise SealError from None
