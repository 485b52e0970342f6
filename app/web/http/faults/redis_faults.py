"""Translates errors of Redis into plain sentences for users."""

from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TimeoutError,
)

# Specific kinds come first. Redis's own text may name hosts, so it is only logged.
SENTENCES: dict[type[RedisError] | tuple[type[RedisError], ...], str] = {
    TimeoutError: "Redis does not answer within some seconds: it hangs, or is overloaded.",
    BusyLoadingError: "Redis was just started and still loads its data.",
    OutOfMemoryError: "Redis refuses writes, because its memory is full.",
    ReadOnlyError: "Redis refuses writes, because it is a replica of another Redis.",
    (AuthenticationError, AuthorizationError, NoPermissionError): (
        "Redis refuses the login of this server: the password in REDIS_URL is missing or wrong."
    ),
    RedisError: "Redis cannot be reached.",
}
# Errors without a class in redis-py, found by a mark in their text.
MARKED = {
    "NOREPLICAS": "Redis refuses writes, because too few of its replicas are connected.",
    "OOM command": SENTENCES[OutOfMemoryError],
    "READONLY": SENTENCES[ReadOnlyError],
}
WHAT_TO_DO = "Try again soon; if that does not help, tell the administrator of this server."


def redis_sentence(error: RedisError) -> str:
    """The sentence for a user whose request failed because of Redis."""
    message = str(error)
    by_mark = (sentence for mark, sentence in MARKED.items() if mark in message)
    by_kind = (sentence for kind, sentence in SENTENCES.items() if isinstance(error, kind))
    return f"{next(by_mark, None) or next(by_kind)} {WHAT_TO_DO}"
