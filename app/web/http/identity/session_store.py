"""Stores sessions in Redis: looked up by the hash of their id, and listed by owner.

A session is written once, so that no later write revives a session that has ended. Redis deletes
it when it was idle for too long, and at the latest after its longest time.
"""

import logging
import secrets
import time
from collections.abc import Collection
from hashlib import sha256
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

ID_BYTES = 32
# Seconds for which a repeated password counts as confirmation.
CONFIRMED_FOR_S = 5 * 60
# The last use of a session is written at most once in so many seconds.
NOTED_EVERY_S = 60
LONGEST_TEXT = 300

logger = logging.getLogger(__name__)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A browser's login: its owner, content and origin. Times are in Unix time."""

    owner: str
    content: dict[str, Any]
    address: str
    browser: str
    started_at: float
    ends_at: float


class OpenSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session in the list of its owner; ``handle`` identifies it but does not log in."""

    handle: str
    session: Session
    used_at: float


class SessionStore:
    """Stores sessions, which end after ``idle_s`` without use, or ``longest_s`` after the login.

    Every method may raise ``redis.exceptions.RedisError``.
    """

    def __init__(self, redis: Redis, *, idle_s: int, longest_s: int) -> None:
        self._redis = redis
        self._idle_s = idle_s
        self.longest_s = longest_s

    async def start(
        self, owner: str, content: dict[str, Any], *, address: str, browser: str
    ) -> str:
        """Start a session and return its id, which only the browser keeps."""
        session_id, now = secrets.token_urlsafe(ID_BYTES), time.time()
        session = Session(
            owner=owner,
            content=content,
            address=address[:LONGEST_TEXT],
            browser=browser[:LONGEST_TEXT],
            started_at=now,
            ends_at=now + self.longest_s,
        )
        handle = handle_of(session_id)
        async with self._redis.pipeline(transaction=True) as pipe:
            kept_s = min(self._idle_s, self.longest_s)
            pipe.set(_key(handle), msgspec.json.encode(session), ex=kept_s)
            pipe.zremrangebyscore(_list_key(owner), "-inf", now - self.longest_s)
            pipe.zadd(_list_key(owner), {handle: now})
            pipe.expire(_list_key(owner), self.longest_s)
            await pipe.execute()
        return session_id

    async def find(self, session_id: str, *, is_use: bool) -> Session | None:
        """The session with an id, or None if it has ended; ``is_use`` extends it."""
        handle = handle_of(session_id)
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.get(_key(handle))
            pipe.ttl(_key(handle))
            kept, left_s = await pipe.execute()
        if kept is None:
            return None
        session = msgspec.json.decode(kept, type=Session)
        if is_use:
            await self._note_use(handle, session, left_s)
        return session

    async def those_kept(self, handles: Collection[str]) -> set[str]:
        """The handles among these whose sessions are still open."""
        if not handles:
            return set()
        names = list(handles)
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.exists(_key(name))
            found = await pipe.execute()
        return {name for name, is_there in zip(names, found, strict=True) if is_there}

    async def of(self, owner: str) -> list[OpenSession]:
        """An owner's open sessions, the most recently used first."""
        listed: Any = await self._redis.zrevrange(_list_key(owner), 0, -1, withscores=True)
        used = {handle.decode(): used_at for handle, used_at in listed}
        kept = await self._redis.mget([_key(handle) for handle in used]) if used else []
        return [
            OpenSession(
                handle=handle, session=msgspec.json.decode(each, type=Session), used_at=used_at
            )
            for (handle, used_at), each in zip(used.items(), kept, strict=True)
            if each is not None
        ]

    async def end(self, handle: str, *, owner: str) -> bool:
        """End a session; whether it belonged to this owner."""
        if not await self._redis.zrem(_list_key(owner), handle):
            return False
        await self.discard(handle)
        return True

    async def discard(self, handle: str) -> None:
        """End a session, whoever its owner is."""
        await self._redis.delete(_key(handle), _confirmed_key(handle))

    async def confirm(self, handle: str) -> None:
        """Record that the user of a session typed their password again."""
        await self._redis.set(_confirmed_key(handle), 1, ex=CONFIRMED_FOR_S)

    async def is_confirmed(self, handle: str) -> bool:
        """Whether the user of a session typed their password again in the last minutes."""
        return bool(await self._redis.exists(_confirmed_key(handle)))

    async def _note_use(self, handle: str, session: Session, left_s: int) -> None:
        """Extend a session from now on; if Redis cannot write, it ends at its old time."""
        now = time.time()
        kept_s = int(min(self._idle_s, session.ends_at - now))
        if kept_s - left_s < min(NOTED_EVERY_S, self._idle_s / 10) or kept_s <= 0:
            return
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.expire(_key(handle), kept_s)
                pipe.zadd(_list_key(session.owner), {handle: now}, xx=True)
                await pipe.execute()
        except RedisError as error:
            logger.warning("The last use of a session could not be saved: %s", error)


def handle_of(session_id: str) -> str:
    """The handle of a session: a hash that identifies it but does not log in."""
    return sha256(session_id.encode()).hexdigest()


def _key(handle: str) -> str:
    return f"sialoscope:sessions:{handle}"


def _confirmed_key(handle: str) -> str:
    return f"sialoscope:confirmed:{handle}"


def _list_key(owner: str) -> str:
    return f"sialoscope:sessions-of:{owner}"
