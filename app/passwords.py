"""Passwords: which may be chosen, how they are hashed, and how one is checked.

Argon2id by the parameters of RFC 9106 (second choice: 64 MiB, 3 passes), in a thread, and no more
than two at once in a process, so that many logins cannot take all memory.
"""

import asyncio
import weakref
from functools import cache

import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 1000
AT_ONCE = 2

_hasher = PasswordHasher()
_limiters: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, anyio.CapacityLimiter]"
_limiters = weakref.WeakKeyDictionary()


class PasswordError(Exception):
    """A password cannot be chosen; the text says why."""


def require_good(password: str, *, name: str) -> None:
    """Make sure that a password is worth keeping.

    Raises:
        PasswordError: it is too short or too long, or the name, or one character.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordError(f"Choose a password of {SHORTEST} to {LONGEST} characters.")
    if password.casefold() == name.casefold() or len(set(password)) == 1:
        raise PasswordError("This password is too easy to guess. Choose a few words that you like.")


async def hashed(password: str) -> str:
    """The hash to keep of a password."""
    return await anyio.to_thread.run_sync(_hash, password, limiter=_limiter())


async def is_right(password: str, password_hash: str | None) -> bool:
    """Whether this is the password of a hash; without a hash it is not, which takes as long."""
    return await anyio.to_thread.run_sync(_is_right, password, password_hash, limiter=_limiter())


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made by weaker parameters than those of today."""
    return _hasher.check_needs_rehash(password_hash)


def _hash(password: str) -> str:
    return _hasher.hash(password.encode(errors="replace"))


def _is_right(password: str, password_hash: str | None) -> bool:
    given = password[: LONGEST + 1].encode(errors="replace")
    try:
        _hasher.verify(password_hash or _of_nobody(), given)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _of_nobody() -> str:
    """A hash to compare with where there is no account, so that this cannot be told by the time."""
    return _hasher.hash("of nobody")


def _limiter() -> anyio.CapacityLimiter:
    loop = asyncio.get_running_loop()
    if loop not in _limiters:
        _limiters[loop] = anyio.CapacityLimiter(AT_ONCE)
    return _limiters[loop]
