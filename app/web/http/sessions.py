"""Sessions in Redis, written when they begin and end rather than with every response."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection
from litestar.middleware.session.server_side import (
    ServerSideSessionBackend,
    ServerSideSessionConfig,
)
from litestar.stores.redis import RedisStore
from litestar.types import Empty, Message, ScopeSession

Connection = ASGIConnection[Any, Any, Any, Any]


class SessionBackend(ServerSideSessionBackend):
    """Litestar's sessions, but no cookie and no write where nothing changed.

    A login drops the session cookie it came with (``start_session``), so that what follows gets a
    new id: one that somebody planted in the browser beforehand never becomes a valid one.
    """

    def get_session_id(self, connection: Connection) -> str:
        """The id the browser sent, else a new one."""
        return connection.cookies.get(self.config.key) or self.generate_session_id()

    async def store_in_message(
        self, scope_session: ScopeSession, message: Message, connection: Connection
    ) -> None:
        """Write a session that began or ended with this request."""
        has_ended = scope_session is Empty
        has_begun = bool(scope_session) and self.config.key not in connection.cookies
        if has_ended or has_begun:
            await super().store_in_message(scope_session, message, connection)


class SessionStore(RedisStore):
    """The sessions in Redis, of which many can be looked for at once."""

    async def those_kept(self, ids: Collection[str]) -> set[str]:
        """Those of the ids whose sessions have not ended."""
        if not ids:
            return set()
        names = list(ids)
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.exists(self._make_key(name))
            found = await pipe.execute()
        return {name for name, is_there in zip(names, found, strict=True) if is_there}


@dataclass
class Sessions(ServerSideSessionConfig):
    """The configuration that brings ``SessionBackend``."""

    _backend_class = SessionBackend


async def start_session(connection: Connection, content: dict[str, Any]) -> None:
    """Begin a session under a new id; one that the browser had ends."""
    before = connection.cookies.pop(ServerSideSessionConfig.key, None)
    if before:
        await connection.app.stores.get(ServerSideSessionConfig.store).delete(before)
    connection.set_session(content)
