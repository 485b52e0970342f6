"""An error about a field says in words what can be sent, by the names that the client sends."""

from typing import Any

import httpx
import pytest

from tests.integration.api import SMALL, finished, submit
from tests.servers import Sialoscope

BODIES: dict[str, tuple[str, str, Any, str]] = {
    "value": ("PUT", "priority", {"priority": "urgent"}, "priority is 'urgent'; use one of high,"),
    "type": (
        "POST",
        "rerun",
        {"rt_tolerance": "x"},
        "rt_tolerance must be a number or null",
    ),
    "name": (
        "POST",
        "rerun",
        {"rt_tolerence": 1},
        "no field rt_tolerence. Did you mean rt_tolerance? Use one of r2_",
    ),
    "body": ("POST", "rerun", [1], "The body must be an object with named fields, not a list."),
    "missing": (
        "POST",
        "refit",
        {"overrides": [{"row": 1}]},
        "overrides[0] lacks the field",
    ),
    "name of an override": (
        "POST",
        "refit",
        {"overrides": [{"row": 1, "reason": "x", "cal": "true"}]},
        "overrides[0] has no field cal. Did you mean call? Use one of row, reason, call, anchor.",
    ),
    "nested": (
        "POST",
        "refit",
        {"overrides": [{"row": "a", "reason": "x"}]},
        "overrides[0].row must be a whole number, not a text.",
    ),
}
QUERIES = {
    "jobs?limit=many": "limit must be a whole number, not a text.",
    "jobs?limit=0": "limit must be a whole number of at least 1.",
    "events?format=cloudevent": "format is 'cloudevent'; use one of cloudevents, json.",
}
WORDS_OF_A_LIBRARY = ("Expected `", "Invalid enum", "Object ", "event_format", "data:")


@pytest.fixture(scope="module")
def job_id(server: Sialoscope) -> str:
    with server.client() as client:
        return submit(client, SMALL)


def explained(answer: httpx.Response) -> str:
    """The sentence of an answer that refuses a request."""
    assert answer.status_code == httpx.codes.BAD_REQUEST
    detail: str = answer.json()["detail"]
    assert not any(words in detail for words in WORDS_OF_A_LIBRARY)
    return detail


@pytest.mark.parametrize("case", BODIES)
def test_a_body_is_refused_with_what_can_be_sent(
    client: httpx.Client, job_id: str, case: str
) -> None:
    method, path, body, sentence = BODIES[case]
    answer = client.request(method, f"/api/v1/jobs/{job_id}/{path}", json=body)
    assert sentence in explained(answer)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ('{"priority": "low", "priority": "high"}', "priority"),
        ('{"priority": "low", "prior\\u0069ty": "high"}', "priority"),
        ('{"priority": {"within": 1, "within": 2}}', "within"),
    ],
)
def test_a_body_that_gives_a_key_twice_is_refused(
    client: httpx.Client, job_id: str, body: str, key: str
) -> None:
    kind = {"Content-Type": "application/json"}
    answer = client.put(f"/api/v1/jobs/{job_id}/priority", content=body, headers=kind)
    assert f"The JSON gives '{key}' twice in one object." in explained(answer)


@pytest.mark.parametrize("query", QUERIES)
def test_a_parameter_is_refused_by_the_name_that_was_sent(client: httpx.Client, query: str) -> None:
    assert QUERIES[query] in explained(client.get(f"/api/v1/{query}"))


def test_a_method_that_an_address_does_not_take_is_answered_with_those_it_takes(
    client: httpx.Client,
) -> None:
    answer = client.delete("/api/v1/jobs")
    assert answer.status_code == httpx.codes.METHOD_NOT_ALLOWED
    assert answer.json()["detail"] == "DELETE is not possible here. Use one of GET, OPTIONS, POST."


def test_the_methods_of_an_address_can_be_asked_for(client: httpx.Client) -> None:
    answer = client.options("/api/v1/jobs")
    assert answer.status_code == httpx.codes.NO_CONTENT
    assert answer.headers["allow"] == "GET, OPTIONS, POST"
    assert answer.content == b""


def test_a_misspelt_filter_of_rows_is_refused_rather_than_ignored(
    client: httpx.Client, job_id: str
) -> None:
    finished(client, job_id)
    answer = client.get(f"/api/v1/jobs/{job_id}/rows", params={"cal": "true"})
    assert "There is no parameter cal at this address. Did you mean call? Use one of " in explained(
        answer
    )
    export = client.get(f"/api/v1/jobs/{job_id}/export", params={"format": "csv", "cal": "true"})
    assert "There is no parameter cal" in explained(export)
    rows = client.get(f"/api/v1/jobs/{job_id}/rows", params={"call": "true", "limit": 1})
    assert rows.is_success
    assert client.get(rows.json()["next"] or rows.url).is_success
