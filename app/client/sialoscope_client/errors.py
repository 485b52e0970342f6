"""The errors of the client, each with the server's sentence on what to do."""

import httpx


class SialoscopeError(Exception):
    """A call failed; the text says why and what to do.

    ``status`` is that of the HTTP answer, None without an answer.
    """

    def __init__(self, sentence: str, status: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status


class UnreachableError(SialoscopeError):
    """The server could not be reached, or the connection broke."""


class LoginError(SialoscopeError):
    """The token is wrong or lacks the permission (401, 403)."""


class NotFoundError(SialoscopeError):
    """There is no such job, row or preset, or it belongs to another user (404)."""


class TooEarlyError(SialoscopeError):
    """The state of the job does not allow the call, such as reading rows while it runs (409)."""


class RefusedError(SialoscopeError):
    """The table, a setting or another part of the request cannot be used (400, 413, 422)."""


class TooBusyError(SialoscopeError):
    """The server is too busy, or a part of it is down, after several tries."""


class JobEndedError(SialoscopeError):
    """A job that was waited for failed or was cancelled."""


KIND_OF: dict[int, type[SialoscopeError]] = {
    400: RefusedError,
    401: LoginError,
    403: LoginError,
    404: NotFoundError,
    409: TooEarlyError,
    413: RefusedError,
    422: RefusedError,
    429: TooBusyError,
    502: TooBusyError,
    503: TooBusyError,
    504: TooBusyError,
}


def error_of(answer: httpx.Response) -> SialoscopeError:
    """The error for an answer whose body has been read."""
    kind = KIND_OF.get(answer.status_code, SialoscopeError)
    try:
        sentence = str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        sentence = f"The server answered {answer.status_code} {answer.reason_phrase}."
    return kind(sentence, answer.status_code)
