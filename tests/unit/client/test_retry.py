"""When the client tries again, and what it then tells."""

from typing import Any

import httpx
import pytest
from sialoscope_client.calls import job_calls, result_calls
from sialoscope_client.calls.call import Call
from sialoscope_client.errors import RefusedError, TooBusyError, UnreachableError
from sialoscope_client.events import Listening
from sialoscope_client.retry import MOST_TRIES, Answer, talk

BROKEN = httpx.ReadError("It broke.")
READ = result_calls.models("1")
CANCEL = job_calls.delete("1")


def answer(status: int, detail: str = "Later.", retry_after: str = "") -> httpx.Response:
    headers = {"Retry-After": retry_after} if retry_after else {}
    return httpx.Response(
        status, json={"detail": detail, "models": [], "columns": {}}, headers=headers
    )


def pauses_of(call: Call[Any], *answers: Answer) -> list[float]:
    """The pauses in seconds of a talk in which these are the answers, the last of them success."""
    pauses: list[float] = []
    talking = talk(call)
    step = next(talking)
    for one in answers:
        assert isinstance(step, Call)
        try:
            step = talking.send(one)
        except StopIteration:
            return pauses
        assert isinstance(step, float)
        pauses.append(step)
        step = talking.send(None)
    raise AssertionError("The talk goes on.")


def test_what_can_pass_is_tried_again_after_growing_pauses() -> None:
    first, second, third = pauses_of(READ, BROKEN, answer(503), answer(429), answer(200))
    assert 0 < first < third
    assert second > 0


def test_the_server_says_how_long_to_wait() -> None:
    (pause_s,) = pauses_of(READ, answer(429, retry_after="7"), answer(200))
    assert 7 < pause_s < 16
    with pytest.raises(TooBusyError, match="Later"):
        pauses_of(READ, answer(503, retry_after="3600"), answer(200))


def test_a_refusal_is_reported_at_once() -> None:
    with pytest.raises(RefusedError, match=r"There is no call maybe\.") as received:
        pauses_of(READ, answer(400, "There is no call maybe."))
    assert received.value.status == 400


def test_a_server_that_cannot_be_reached_is_named() -> None:
    request = httpx.Request("POST", "http://lab.example:1/api/v1/jobs?q=x")
    with pytest.raises(UnreachableError) as received:
        pauses_of(CANCEL, httpx.ReadError("It broke.", request=request))
    assert str(received.value) == (
        "The server at http://lab.example:1/ could not be reached: It broke. "
        "Check its address, and that it runs."
    )


def test_what_would_happen_twice_is_not_sent_twice() -> None:
    with pytest.raises(UnreachableError, match="It broke"):
        pauses_of(CANCEL, BROKEN, answer(200))
    assert len(pauses_of(CANCEL, httpx.ConnectError("No."), answer(200))) == 1


def test_a_client_waits_for_a_server_that_restarts_behind_a_proxy() -> None:
    assert len(pauses_of(READ, answer(502), answer(504), answer(200))) == 2
    with pytest.raises(TooBusyError):
        pauses_of(CANCEL, answer(502), answer(200))


def test_it_gives_up_in_the_end() -> None:
    with pytest.raises(TooBusyError, match="Later"):
        pauses_of(READ, *[answer(503)] * MOST_TRIES)


def test_a_stream_that_is_full_is_opened_later_and_one_that_is_refused_never() -> None:
    listening = Listening("/api/v1/events")
    assert listening.pause_s(answer(503, retry_after="5"), None) > 5
    with pytest.raises(RefusedError):
        listening.pause_s(answer(400), None)
