"""Sign the manifest of a backup with a key that is derived from the token of the installation.

The manifest has the hash of every file, so the signature covers all of them. Whoever can write to a
backup but does not know the token (``SIALOSCOPE_TOKEN``) cannot change what ``restore`` runs.
"""

import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
PURPOSE = b"sialoscope: signatures of backups"


def signature_of(manifest: bytes, token: str) -> bytes:
    """Return the signature of the text of a manifest: an HMAC-SHA256 in hexadecimal digits."""
    key = HKDF(SHA256(), KEY_BYTES, salt=None, info=PURPOSE).derive(token.encode())
    return hmac.digest(key, manifest, "sha256").hex().encode()


def is_signature(signature: bytes, manifest: bytes, token: str) -> bool:
    """Whether this token signed the manifest; without a token nothing is signed."""
    return bool(token) and hmac.compare_digest(signature, signature_of(manifest, token))
