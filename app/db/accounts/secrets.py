"""Secrets that open something: shown once, kept as a hash.

A secret has 256 random bits, so its plain hash cannot be searched for, as that of a password could.
"""

import secrets
from hashlib import sha256


def new_secret(prefix: str = "") -> str:
    """A secret that nobody can guess."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """The SHA-256 of a secret in hexadecimal, by which it is found."""
    return sha256(secret.encode(errors="replace")).hexdigest()
