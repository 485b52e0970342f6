"""Keeps the secrets of sign-ons in Redis while users are at the provider.

Each is found by the hash of its state, and once only, so that an answer that is sent again meets
nothing.
"""

import secrets
from hashlib import sha256

import msgspec
from redis.asyncio import Redis

from app.accounts.sign_on.errors import SignOnExpiredError
from app.accounts.sign_on.sign_on import Attempt

VALID_FOR_S = 10 * 60
EXPIRED = (
    "This sign-on is too old, was used already, or began in another browser, so nobody was signed "
    "in. Start again on the login page."
)


class Attempts:
    """The sign-ons that have begun; every method may raise ``redis.exceptions.RedisError``."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def keep(self, attempt: Attempt) -> str:
        """Keep an attempt, and return its state for the provider."""
        state = secrets.token_urlsafe(32)
        await self._redis.set(_key(state), msgspec.json.encode(attempt), ex=VALID_FOR_S)
        return state

    async def take(self, state: str, browser: str) -> Attempt:
        """Return the attempt with a state, once, to the browser where it began.

        Raises:
            SignOnExpiredError: There is none.
        """
        kept = await self._redis.getdel(_key(state))
        attempt = msgspec.json.decode(kept, type=Attempt) if kept else None
        if attempt is None or not secrets.compare_digest(attempt.browser, browser):
            raise SignOnExpiredError(EXPIRED)
        return attempt

    async def is_used(self, token_id: str) -> bool:
        """Whether a logout token did its work before."""
        return bool(await self._redis.exists(_used_key(token_id)))

    async def note_used(self, token_id: str, kept_s: int) -> None:
        """Remember a logout token that did its work, for as long as it is valid."""
        await self._redis.set(_used_key(token_id), 1, ex=max(1, kept_s))


def _used_key(token_id: str) -> str:
    return f"sialoscope:logout-token:{sha256(token_id.encode(errors='replace')).hexdigest()}"


def _key(state: str) -> str:
    return f"sialoscope:sign-on:{sha256(state.encode(errors='replace')).hexdigest()}"
