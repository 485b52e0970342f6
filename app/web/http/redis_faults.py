"""What a fault of Redis means, in plain words for who meets it."""

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

# The more special kinds first. What the server itself said may name hosts; that is in the log.
SENTENCES: dict[type[RedisError] | tuple[type[RedisError], ...], str] = {
    TimeoutError: "Redis does not answer within some seconds: it hangs, or has too much to do.",
    BusyLoadingError: "Redis was just started and still loads its data.",
    OutOfMemoryError: "Redis takes nothing new, because its memory is full.",
    ReadOnlyError: "Redis takes nothing new, because it is a replica of another one.",
    (AuthenticationError, AuthorizationError, NoPermissionError): (
        "Redis does not let this server in: the password in REDIS_URL is missing or wrong."
    ),
    RedisError: "Redis cannot be reached.",
}
# redis-py has no classes for these.
MARKED = {
    "MISCONF": "Redis takes nothing new, because it cannot save it: most likely its disk is full.",
    "NOREPLICAS": "Redis takes nothing new, because too few of its replicas are there.",
    "OOM command": SENTENCES[OutOfMemoryError],
    "READONLY": SENTENCES[ReadOnlyError],
}
WHAT_TO_DO = "Try again soon; if that does not help, tell who runs this server."


def redis_sentence(error: RedisError) -> str:
    """The sentence for somebody whose request a fault of Redis broke off."""
    said = str(error)
    marked = (sentence for mark, sentence in MARKED.items() if mark in said)
    of_kind = (sentence for kind, sentence in SENTENCES.items() if isinstance(error, kind))
    return f"{next(marked, None) or next(of_kind)} {WHAT_TO_DO}"
