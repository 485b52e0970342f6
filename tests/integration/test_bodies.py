"""What the body of a request may hold, and that nothing of it stays."""

import httpx
import pytest

from app.web.http.bodies import LONGEST_BYTES, MOST_FIELDS, OF_ANYBODY_BYTES
from tests.servers import TOKEN, Sialoscope

URL_ENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
FORMS = 300
# Each form is some 3,000 texts in memory, so that those of all would be far more than this.
MOST_GROWTH_BYTES = 40_000_000


@pytest.mark.parametrize(
    ("path", "headers", "bound"),
    [("/login", {}, OF_ANYBODY_BYTES), ("/api/v1/presets", BEARER, LONGEST_BYTES)],
)
def test_a_body_without_end_is_refused_and_by_how_much(
    server: Sialoscope, path: str, headers: dict[str, str], bound: int
) -> None:
    body = b"name=" + b"x" * bound
    answer = httpx.post(server.url + path, content=body, headers=URL_ENCODED | headers, timeout=60)
    assert answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert f"more than {bound:,} bytes" in answer.text


def test_a_form_with_fields_without_end_is_refused(pages: httpx.Client) -> None:
    answer = pages.post("/presets", content=b"a&" * (MOST_FIELDS + 1), headers=URL_ENCODED)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert f"more than {MOST_FIELDS:,} fields" in answer.text


def test_the_forms_of_anybody_do_not_stay_in_memory(server: Sialoscope) -> None:
    with httpx.Client(base_url=server.url, timeout=60) as anybody:

        def send(number: int) -> int:
            fields = [f"{number:x}{place:x}=" for place in range(3000)]
            body = "&".join(fields)[:OF_ANYBODY_BYTES]
            return anybody.post("/login", content=body, headers=URL_ENCODED).status_code

        assert {send(number) for number in range(20)} == {403}
        before = server.web_memory_bytes()
        assert {send(number) for number in range(100, 100 + FORMS)} == {403}
        assert server.web_memory_bytes() - before < MOST_GROWTH_BYTES
