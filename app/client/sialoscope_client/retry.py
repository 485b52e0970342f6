"""Retries of requests: when, after which pause, and how often."""

import random
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import TypeAlias, TypeVar

import httpx

from sialoscope_client.calls.call import Call
from sialoscope_client.errors import SialoscopeError, UnreachableError, error_of

BUSY = (429, 503)
# A proxy answers so while the server behind it is down; the server may have got the request.
AWAY = (502, 504)
MOST_TRIES = 9
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 8.0
# The longest wait that a server may demand; a longer one is an error for the caller.
LONGEST_RETRY_AFTER_S = 60.0
NEVER_ARRIVED = (httpx.ConnectError, httpx.ConnectTimeout)

T = TypeVar("T")
Answer: TypeAlias = httpx.Response | httpx.TransportError | None
Talk: TypeAlias = Generator["Call[T] | float", Answer, T]


def talk(call: Call[T]) -> "Talk[T]":
    """Yield calls to make and seconds to wait, and return the result of the call.

    Raises:
        SialoscopeError: the server refuses, or cannot be reached.
    """
    for pause_s in pauses():
        answer = yield call
        if isinstance(answer, httpx.Response) and answer.is_success:
            return call.read(answer)
        if pause_s is None or not _may_pass(call, answer):
            raise _as_error(answer)
        yield asked_pause_s(answer, pause_s)
    raise AssertionError("The last pause is None.")


def pauses() -> Iterator[float | None]:
    """Yield growing random pauses in seconds, and then None to give up."""
    for number in range(MOST_TRIES - 1):
        yield pause_after(number)
    yield None


def pause_after(failures: int) -> float:
    """The random pause in seconds after a number of failures in a row."""
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(failures, 16))
    return random.uniform(longest / 2, longest)  # noqa: S311 - no secret


def asked_pause_s(answer: Answer, pause_s: float) -> float:
    """The pause, or a longer one that the server demands by ``Retry-After``.

    Raises:
        SialoscopeError: it demands more than a minute.
    """
    asked = answer.headers.get("retry-after", "") if isinstance(answer, httpx.Response) else ""
    if not asked.isdecimal():
        return pause_s
    if int(asked) > LONGEST_RETRY_AFTER_S:
        raise _as_error(answer)
    return max(pause_s, int(asked) + pause_s)


def _may_pass(call: Call[T], answer: Answer) -> bool:
    """Whether another try may succeed and cannot repeat the effect of the first."""
    if isinstance(answer, httpx.Response):
        is_away = answer.status_code in AWAY
        return answer.status_code in BUSY or (is_away and call.is_repeatable)
    return call.is_repeatable or isinstance(answer, NEVER_ARRIVED)


def _as_error(answer: Answer) -> SialoscopeError:
    if isinstance(answer, httpx.Response):
        return error_of(answer)
    return UnreachableError(_why_unreachable(answer))


def _why_unreachable(error: httpx.TransportError | None) -> str:
    reason = str(error or "").rstrip(".") or "no answer"
    server = "The server"
    with suppress(RuntimeError):  # an error that belongs to no request
        server = f"The server at {error.request.url.copy_with(raw_path=b'/')}" if error else server
    return f"{server} could not be reached: {reason}. Check its address, and that it runs."
