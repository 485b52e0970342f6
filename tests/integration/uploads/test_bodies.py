"""What the body of a request may hold, and that nothing of it stays."""

import httpx
import pytest

from app.web.http.bodies.handler_limits import (
    LONGEST_BYTES,
    OF_ANYBODY,
    OF_ANYBODY_BYTES,
    OF_USERS,
    OF_USERS_BYTES,
)
from tests.servers import TOKEN, Sialoscope

URL_ENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
FORMS = 300
# Each form is some 40 KB, and as much again once parsed.
MOST_GROWTH_BYTES = 12_000_000


@pytest.mark.parametrize(
    ("path", "headers", "bound"),
    [
        ("/login", {}, OF_ANYBODY_BYTES),
        ("/api/v1/presets", BEARER, OF_USERS_BYTES),
        ("/api/v1/jobs/none/refit", BEARER, LONGEST_BYTES),
    ],
)
def test_a_body_without_end_is_refused_and_by_how_much(
    server: Sialoscope, path: str, headers: dict[str, str], bound: int
) -> None:
    body = b"name=" + b"x" * bound
    answer = httpx.post(server.url + path, content=body, headers=URL_ENCODED | headers, timeout=60)
    assert answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert f"larger than {bound:,} bytes" in answer.text


@pytest.mark.parametrize("address", ["/login", "/presets"])
def test_a_form_with_fields_without_end_is_refused(pages: httpx.Client, address: str) -> None:
    most = (OF_ANYBODY if address == "/login" else OF_USERS).fields
    parts = [("a", (None, "1"))] * (most + 1)
    for answer in (
        pages.post(address, content=b"a&" * (most + 1), headers=URL_ENCODED),
        pages.post(address, files=parts),
    ):
        assert answer.status_code == httpx.codes.BAD_REQUEST
        assert f"more than {most:,} fields" in answer.text


@pytest.mark.parametrize(
    "body", [b"[" + b"[]," * 100_000 + b"[]]", b'{"name":[' + b"1," * 200_000 + b"1]}"]
)
def test_json_of_very_many_lists_is_refused_before_it_is_parsed(
    client: httpx.Client, body: bytes
) -> None:
    for address in ("presets", "webhooks", "tokens"):
        answer = client.post(f"/api/v1/{address}", content=body)
        assert answer.status_code == httpx.codes.BAD_REQUEST
        assert f"more than {OF_USERS.fields:,} lists and objects" in answer.json()["detail"]


def test_the_forms_of_anybody_do_not_stay_in_memory(server: Sialoscope) -> None:
    with httpx.Client(base_url=server.url, timeout=60) as anybody:

        def send(number: int) -> int:
            fields = [f"{number:x}{place:x}={place:0400}" for place in range(99)]
            body = "&".join(fields)
            return anybody.post("/login", content=body, headers=URL_ENCODED).status_code

        assert {send(number) for number in range(20)} == {403}
        before = server.web_memory_bytes()
        assert {send(number) for number in range(100, 100 + FORMS)} == {403}
        assert server.web_memory_bytes() - before < MOST_GROWTH_BYTES
