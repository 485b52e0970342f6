"""Hash and check passwords.

Argon2id with the parameters of RFC 9106 (second choice: 64 MiB, 3 passes). It runs in threads, at
most two at once in a process, so that many logins cannot use up the memory.
"""

import asyncio
import weakref
from functools import cache, partial

import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.accounts.password_rule import LONGEST, normalized, require_good

AT_ONCE = 2

_hasher = PasswordHasher()
_limiters: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, anyio.CapacityLimiter]"
_limiters = weakref.WeakKeyDictionary()


async def hashed(password: str) -> str:
    """Return the hash of a password for the database."""
    return await anyio.to_thread.run_sync(_hash, password, limiter=_limiter())


async def hashed_if_good(password: str, *, name: str) -> str:
    """Check a new password for the account with this name, and return its hash.

    Raises:
        PasswordError: the password is refused.
    """
    judge = partial(require_good, password, name=name)
    await anyio.to_thread.run_sync(judge, limiter=_limiter())
    return await hashed(password)


async def is_right(password: str, password_hash: str | None) -> bool:
    """Whether a password matches a hash; False without one, after the same time."""
    return await anyio.to_thread.run_sync(
        _matches_in_any_form, password, password_hash, limiter=_limiter()
    )


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with weaker parameters than the current ones."""
    return _hasher.check_needs_rehash(password_hash)


def _hash(password: str) -> str:
    return _hasher.hash(_encoded(normalized(password)))


def _matches_in_any_form(password: str, password_hash: str | None) -> bool:
    given = password[: LONGEST + 1]
    # Old hashes are those of passwords as typed, from before passwords were normalized.
    forms = dict.fromkeys([normalized(given), given])
    matches = [_verifies(form, password_hash or _hash_of_nobody()) for form in forms]
    return bool(password_hash) and any(matches)


def _verifies(password: str, password_hash: str) -> bool:
    try:
        return _hasher.verify(password_hash, _encoded(password))
    except (VerificationError, InvalidHashError):
        return False


def _encoded(password: str) -> bytes:
    return password.encode(errors="replace")


@cache
def _hash_of_nobody() -> str:
    """Return a hash to check for an unknown account, so that the answer takes as long."""
    return _hasher.hash("of nobody")


def _limiter() -> anyio.CapacityLimiter:
    loop = asyncio.get_running_loop()
    if loop not in _limiters:
        _limiters[loop] = anyio.CapacityLimiter(AT_ONCE)
    return _limiters[loop]
