"""How passwords are hashed and checked.

Argon2id by the parameters of RFC 9106 (second choice: 64 MiB, 3 passes), in a thread, and no more
than two at once in a process, so that many logins cannot take all memory.
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
    """The hash to keep of a password."""
    return await anyio.to_thread.run_sync(_hash, password, limiter=_limiter())


async def hashed_if_good(password: str, *, name: str) -> str:
    """The hash to keep of a password that was chosen for the account of a name.

    Raises:
        PasswordError: it may not be chosen.
    """
    judge = partial(require_good, password, name=name)
    await anyio.to_thread.run_sync(judge, limiter=_limiter())
    return await hashed(password)


async def is_right(password: str, password_hash: str | None) -> bool:
    """Whether this is the password of a hash; without a hash it is not, which takes as long."""
    return await anyio.to_thread.run_sync(_is_right, password, password_hash, limiter=_limiter())


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made by weaker parameters than those of today."""
    return _hasher.check_needs_rehash(password_hash)


def _hash(password: str) -> str:
    return _hasher.hash(_encoded(normalized(password)))


def _is_right(password: str, password_hash: str | None) -> bool:
    given = password[: LONGEST + 1]
    # Passwords that were set before they were normalized are hashed as they were typed.
    forms = dict.fromkeys([normalized(given), given])
    matches = [_verifies(form, password_hash or _of_nobody()) for form in forms]
    return password_hash is not None and any(matches)


def _verifies(password: str, password_hash: str) -> bool:
    try:
        return _hasher.verify(password_hash, _encoded(password))
    except (VerificationError, InvalidHashError):
        return False


def _encoded(password: str) -> bytes:
    return password.encode(errors="replace")


@cache
def _of_nobody() -> str:
    """A hash to compare with where there is no account, so that this cannot be told by the time."""
    return _hasher.hash("of nobody")


def _limiter() -> anyio.CapacityLimiter:
    loop = asyncio.get_running_loop()
    if loop not in _limiters:
        _limiters[loop] = anyio.CapacityLimiter(AT_ONCE)
    return _limiters[loop]
