"""Which calls a refit moves: by its events, by its address, by the client, and on its page."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sialoscope_client import AsyncSialoscope, JobEndedError, Moves, Sialoscope

from app.analysis.example.example_table import example_table
from tests.integration.api import SMALL, data, events, finished, submit
from tests.people import Person
from tests.servers import TOKEN
from tests.servers import Sialoscope as Server

EXAMPLE = example_table().write_csv().encode()
# An anchor of the example on which calls of other rows depend.
NO_ANCHOR = {"row": 109, "anchor": False, "reason": "another peak"}
BY_HAND = {"row": 2, "call": "invalid", "reason": "carry-over"}


@pytest.fixture(scope="module")
def first(server: Server) -> str:
    with server.client() as client:
        job_id = submit(client, EXAMPLE, "brain.csv")
        assert finished(client, job_id)["status"] == "succeeded"
        return job_id


def refit(client: httpx.Client, job: str, *overrides: dict[str, Any]) -> str:
    answer = client.post(f"/api/v1/jobs/{job}/refit", json={"overrides": overrides})
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    return str(answer.json()["id"])


def moved(client: httpx.Client, job: str, **query: int) -> dict[str, Any]:
    answer = client.get(f"/api/v1/jobs/{job}/changes", params=query)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def by_comparison(client: httpx.Client, one: str, other: str) -> dict[int, tuple[str, str]]:
    rows = client.get(f"/api/v1/jobs/{one}/compare/{other}").json()["rows"]
    return {row["row"]: (row["call_before"], row["call_after"]) for row in rows}


def by_events(received: list[dict[str, Any]]) -> dict[int, tuple[str, str]]:
    found: dict[int, tuple[str, str]] = {}
    for each in received:
        for change in each["changes"]:
            for row in change["rows"]:
                found[row] = (change["before"], change["after"])
    return {row: calls for row, calls in found.items() if calls[0] != calls[1]}


def test_the_stream_names_the_rows_that_an_anchor_moves(client: httpx.Client, first: str) -> None:
    second = refit(client, first, NO_ANCHOR)
    received = [data(event) for event in events(client, second) if event.event == "changes"]
    expected = by_comparison(client, first, second)
    assert len(expected) > 1
    assert by_events(received) == expected
    number = len(expected)
    assert received[-1]["sentence"] == f"Taking away this anchor moved {number} calls."
    assert [each["is_provisional"] for each in received[-2:]] == [True, False]
    assert received[-2]["sentence"] == f"Taking away this anchor moved {number} calls so far."

    listed = moved(client, second)
    rows = {each["row"]: (each["call_before"], each["call_after"]) for each in listed["rows"]}
    assert rows == expected
    assert (listed["before"], listed["total"], listed["is_provisional"]) == (first, number, False)
    assert listed["sentence"] == received[-1]["sentence"]
    assert sum(change["rows"] for change in listed["changes"]) == number
    page = moved(client, second, limit=1, offset=1)["rows"]
    assert [each["row"] for each in page] == [sorted(expected)[1]]
    assert page[0]["name"] == example_table()["Name"][page[0]["row"] - 1]
    summary = finished(client, second)["summary"]["moved"]
    assert summary == {"before": first, "cause": "Taking away this anchor", "total": number}


def test_the_rows_are_those_of_a_run_from_the_beginning(client: httpx.Client, first: str) -> None:
    second = refit(client, first, NO_ANCHOR, BY_HAND)
    assert finished(client, second)["status"] == "succeeded"
    again = client.post(f"/api/v1/jobs/{second}/rerun", json={}).json()["id"]
    assert finished(client, again)["status"] == "succeeded"
    hashes = {
        client.get(f"/api/v1/jobs/{job}/record").json()["result"]["sha256"]
        for job in (second, again)
    }
    assert len(hashes) == 1


def test_a_client_that_was_cut_gets_the_rest_and_a_late_one_everything(
    client: httpx.Client, first: str
) -> None:
    second = refit(client, first, NO_ANCHOR, BY_HAND)
    whole = [event for event in events(client, second) if event.event == "changes"]
    late = [event for event in events(client, second) if event.event == "changes"]
    assert [event.data for event in late] == [event.data for event in whole]
    rest = [event for event in events(client, second, whole[0].id) if event.event == "changes"]
    assert [event.data for event in rest] == [event.data for event in whole[1:]]


def test_an_override_that_is_taken_back_moves_the_calls_back(
    client: httpx.Client, first: str
) -> None:
    second = refit(client, first, NO_ANCHOR, BY_HAND)
    third = refit(client, second, BY_HAND) if finished(client, second) else ""
    received = [data(event) for event in events(client, third) if event.event == "changes"]
    there = by_comparison(client, first, second)
    back = by_events(received)
    assert back == {row: calls[::-1] for row, calls in there.items() if row != BY_HAND["row"]}
    assert received[-1]["cause"] == "Taking back this override"
    assert received[-1]["before"] == second


def test_several_refits_at_once_each_tell_their_own_moves(client: httpx.Client, first: str) -> None:
    jobs = [refit(client, first, *each) for each in ([NO_ANCHOR], [BY_HAND], [NO_ANCHOR, BY_HAND])]
    totals = []
    for job in jobs:
        received = [data(event) for event in events(client, job) if event.event == "changes"]
        assert by_events(received) == by_comparison(client, first, job)
        totals.append(received[-1]["total"])
    assert totals[2] == totals[0] + totals[1]


@pytest.fixture
def paused(client: httpx.Client) -> Iterator[None]:
    assert client.post("/api/v1/queue/pause", json={}).is_success
    yield
    assert client.post("/api/v1/queue/resume").is_success


@pytest.mark.usefixtures("paused")
def test_a_refit_that_is_cancelled_moves_nothing(client: httpx.Client, first: str) -> None:
    second = refit(client, first, NO_ANCHOR)
    waiting = moved(client, second)
    assert waiting["sentence"] == "Taking away this anchor moved no calls so far."
    assert (waiting["is_provisional"], waiting["rows"]) == (True, [])
    assert client.post(f"/api/v1/jobs/{second}/cancel").is_success
    refused = client.get(f"/api/v1/jobs/{second}/changes")
    assert refused.status_code == httpx.codes.CONFLICT
    assert "cancelled" in refused.json()["detail"]


def test_only_a_refit_moves_calls(client: httpx.Client, first: str) -> None:
    refused = client.get(f"/api/v1/jobs/{first}/changes")
    assert refused.status_code == httpx.codes.CONFLICT
    assert "refits no other one" in refused.json()["detail"]
    again = client.post(f"/api/v1/jobs/{first}/rerun", json={}).json()["id"]
    assert not [event for event in events(client, again) if event.event == "changes"]


def test_a_refit_outlives_the_version_before(client: httpx.Client) -> None:
    client.get("/login", params={"token": TOKEN})
    before = submit(client, SMALL)
    finished(client, before)
    second = refit(client, before, {"row": 1, "call": "invalid", "reason": "carry-over"})
    finished(client, second)
    sentence = "This decision moved 1 assignment."
    with_link = client.get(f"/jobs/{second}/result").text
    assert sentence in with_link
    assert f"/jobs/{before}/compare/{second}" in with_link
    assert client.delete(f"/api/v1/jobs/{before}").is_success
    refused = client.get(f"/api/v1/jobs/{second}/changes")
    assert refused.status_code == httpx.codes.CONFLICT
    assert "deleted" in refused.json()["detail"]
    without_link = client.get(f"/jobs/{second}/result").text
    assert sentence in without_link
    assert f"/jobs/{before}/compare" not in without_link


def test_the_page_without_scripts_shows_what_moved(client: httpx.Client, first: str) -> None:
    client.get("/login", params={"token": TOKEN})
    second = refit(client, first, NO_ANCHOR)
    finished(client, second)
    page = client.get(f"/jobs/{second}").text
    number = len(by_comparison(client, first, second))
    assert f"Taking away this anchor moved {number} assignments." in page
    assert example_table()["Name"][108] in page


def test_the_client_follows_what_moves(server: Server, first: str) -> None:
    with Sialoscope(server.url, TOKEN) as sialoscope, server.client() as client:
        second = sialoscope.refit(first, [NO_ANCHOR])
        *_, last = sialoscope.moves(second)
        expected = by_comparison(client, first, second.id)
        assert {row: (it.before, it.after) for row, it in last.rows.items()} == expected
        assert not last.is_provisional
        assert last.total == len(expected)
        assert asyncio.run(moves_in_the_end(server, second.id)) == last
        assert sialoscope._all_moves(second).rows == last.rows
        with pytest.raises(JobEndedError):
            list(sialoscope.moves(cancelled(sialoscope, first)))


async def moves_in_the_end(server: Server, job: str) -> Moves:
    async with AsyncSialoscope(server.url, TOKEN) as sialoscope:
        found = [moves async for moves in sialoscope.moves(job)]
        assert (await sialoscope._all_moves(job)).rows == found[-1].rows
        return found[-1]


def cancelled(sialoscope: Sialoscope, job: str) -> str:
    sialoscope.pause_queue()
    try:
        refitted = sialoscope.refit(job, [NO_ANCHOR])
        return sialoscope.cancel(refitted).id
    finally:
        sialoscope.resume_queue()


def test_who_may_see_a_version_sees_what_moves(ada: Person, bob: Person, admin: Person) -> None:
    with ada.program("read", "submit", "manage") as adas, bob.program("read") as bobs:
        before = submit(adas, EXAMPLE)
        finished(adas, before)
        share = {"name": bob.name, "may": "view"}
        assert adas.put(f"/api/v1/jobs/{before}/shares", json=share).is_success
        second = refit(adas, before, NO_ANCHOR)
        own = [data(event) for event in events(adas, second) if event.event == "changes"]
        theirs = [data(event) for event in events(bobs, second) if event.event == "changes"]
        assert theirs == own
        assert moved(bobs, second) == moved(adas, second)
    with admin.program("read") as strangers:
        assert strangers.get(f"/api/v1/jobs/{second}/changes").status_code == httpx.codes.NOT_FOUND
