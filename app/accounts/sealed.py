"""Encrypt secrets for the database, so that a stolen database reveals none of them.

The key is derived from the token of the installation (``SIALOSCOPE_TOKEN``), which no backup of the
database contains, and from the purpose. Each secret is bound to its account, or to another owner,
and cannot be moved to another.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
SECOND_FACTORS = b"sialoscope: secrets of second factors"


class SealError(Exception):
    """A secret cannot be decrypted, because the token of the installation has changed."""


class Seal:
    """Encrypts and decrypts the secrets of accounts, or those of another purpose."""

    def __init__(self, installation_token: str, purpose: bytes = SECOND_FACTORS) -> None:
        derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose)
        self._cipher = AESGCM(derived.derive(installation_token.encode()))

    def seal(self, secret: str, *, account: str) -> str:
        """Encrypt the secret of an account for the database."""
        nonce = urandom(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, secret.encode(), account.encode())
        return urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, *, account: str) -> str:
        """Decrypt the secret of an account.

        Raises:
            SealError: it was encrypted with another token or for another account.
        """
        raw = urlsafe_b64decode(sealed)
        nonce, rest = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, rest, account.encode()).decode()
        except InvalidTag:
            raise SealError from None
