"""Make and hash secrets for links and tokens; users see a secret once, and we store its hash.

A secret has 256 random bits, so a plain hash is safe: nobody can guess it, unlike a password.
"""

import secrets
from hashlib import sha256


def new_secret(prefix: str = "") -> str:
    """Return a new secret that nobody can guess."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return the SHA-256 of a secret in hexadecimal, for the database."""
    return sha256(secret.encode(errors="replace")).hexdigest()
