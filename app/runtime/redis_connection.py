"""Connect to a Redis or Valkey server: by address, over TLS, or through its sentinels."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from app.runtime.keep_alive import KEEP_ALIVE

SENTINEL_SCHEMES = {"sentinel": False, "sentinels": True}  # whether over TLS
SENTINEL_PORT = 26379
SENTINEL_PREFIX = "sentinel_"
# Do not wait long for a sentinel whose machine is gone; a write may wait for every one of them.
SENTINEL_TIMEOUT_S = 2
# How long a page waits for a server that hangs.
ANSWER_TIMEOUT_S = 3
# When all are in use, redis-py raises an error at once, so there must be enough for any burst.
MOST_CONNECTIONS = 1000


def connect(url: str, **options: Any) -> Redis:  # noqa: ANN401 - redis-py's own
    """Return a client of the server, or of the primary that the sentinels name at each connection.

    ``redis://``, ``rediss://`` and ``unix://`` are redis-py's own, with its options in the query,
    such as ``ssl_ca_certs``. ``sentinel://user:password@host:26379,other/name/0`` names sentinels,
    the primary and the database; user and password are those of the Redis servers. The options
    ``sentinel_username`` and ``sentinel_password`` are those of the sentinels. ``sentinels://``
    uses TLS for every connection.

    Raises:
        ValueError: the URL has none of these forms.
    """
    parts = urlsplit(url)
    redis = _client(parts, url, {"max_connections": MOST_CONNECTIONS} | options)
    pool = redis.connection_pool
    pool.connection_class = _noticing(pool.connection_class)
    return redis


def connect_impatiently(url: str) -> Redis:
    """Return a client whose commands fail within seconds when the server hangs or is away.

    It reconnects once after a lost connection, and retries nothing else.
    """
    return connect(
        url,
        socket_timeout=ANSWER_TIMEOUT_S,
        socket_connect_timeout=ANSWER_TIMEOUT_S,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )


def _client(parts: SplitResult, url: str, options: dict[str, Any]) -> Redis:
    if parts.scheme != "unix":
        options = {"socket_keepalive": True, "socket_keepalive_options": KEEP_ALIVE} | options
    if parts.scheme not in SENTINEL_SCHEMES:
        return Redis.from_url(url, **options)
    if SENTINEL_SCHEMES[parts.scheme]:
        options["ssl"] = True
    return _primary_of_sentinels(parts, options)


def _primary_of_sentinels(parts: SplitResult, options: dict[str, Any]) -> Redis:
    """Return a client of the primary that the sentinels name.

    Raises:
        ValueError: the address names no primary, or its database is no number.
    """
    name, _, database = parts.path.strip("/").partition("/")
    if not name or not (database or "0").isdecimal():
        raise ValueError("it must be sentinel://host:26379,other:26379/name-of-primary/0")
    for_sentinels, for_primary = _split_query(parts.query)
    options |= for_primary
    sentinel: Any = Sentinel(  # type: ignore[no-untyped-call]
        list(_hosts(parts)),
        sentinel_kwargs=_shared_with_sentinels(options) | for_sentinels,
        **options,
    )
    primary: Redis = sentinel.master_for(name, db=int(database or 0), **_credentials(parts))
    return primary


def _split_query(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the options for the sentinels, without their prefix, and those for the primary."""
    for_primary = dict(parse_qsl(text))
    prefixed = [key for key in for_primary if key.startswith(SENTINEL_PREFIX)]
    for_sentinels = {key.removeprefix(SENTINEL_PREFIX): for_primary.pop(key) for key in prefixed}
    return for_sentinels, for_primary


class _NoticesLoss:
    """A connection that raises redis-py's ``ConnectionError`` when it is used after its loss."""

    async def send_packed_command(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
        """Send a command.

        Raises:
            redis.exceptions.ConnectionError: the connection is lost. uvloop raises a
                ``RuntimeError`` (its issue 506), which redis-py takes for a bug and lets through.
        """
        try:
            await super().send_packed_command(*arguments, **options)  # type: ignore[misc]
        except RuntimeError as error:
            raise RedisConnectionError(f"The connection is lost: {error}") from error


def _noticing(connection: type) -> type:
    """Return a subclass of a connection class that also is ``_NoticesLoss``."""
    return type(connection.__name__, (_NoticesLoss, connection), {})


def _shared_with_sentinels(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that sentinels share: TLS and sockets, but not user and password."""
    shared = {key: each for key, each in options.items() if key.startswith(("ssl", "socket_"))}
    timeouts = dict.fromkeys(("socket_connect_timeout", "socket_timeout"), SENTINEL_TIMEOUT_S)
    return shared | timeouts


def _hosts(parts: SplitResult) -> Iterator[tuple[str, int]]:
    for address in parts.netloc.rpartition("@")[2].split(","):
        sentinel = urlsplit(f"//{address.strip()}")
        if not sentinel.hostname:
            raise ValueError("a sentinel has no host")
        yield sentinel.hostname, sentinel.port or SENTINEL_PORT


def _credentials(parts: SplitResult) -> dict[str, Any]:
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    found = {"username": unquote(user), "password": unquote(password)}
    return {key: text for key, text in found.items() if text}
