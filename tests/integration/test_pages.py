"""What the pages answer to addresses that a person typed, kept or was sent."""

import httpx
import pytest

from app.analysis.example import example_table
from tests.integration.api import finished, submit
from tests.servers import TOKEN


@pytest.fixture
def browser(client: httpx.Client) -> httpx.Client:
    client.get("/login", params={"token": TOKEN})
    return client


@pytest.fixture
def example(client: httpx.Client) -> str:
    job_id = submit(client, example_table().write_csv().encode())
    finished(client, job_id)
    return f"/jobs/{job_id}"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"call": "maybe"}, "There is no call maybe; use one of true, fragment"),
        ({"x": "mass"}, "The plot has no axis mass; use one of log_p, carbons."),
    ],
)
def test_a_result_with_an_unknown_call_or_axis_is_told(
    browser: httpx.Client, example: str, query: dict[str, str], sentence: str
) -> None:
    answer = browser.get(f"{example}/result", params=query)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert sentence in answer.text


@pytest.mark.parametrize("page", [2, 10**30])
def test_a_page_beyond_the_last_is_the_last(browser: httpx.Client, example: str, page: int) -> None:
    answer = browser.get(f"{example}/result", params={"page": page})
    assert answer.is_success
    assert 'id="row-1"' in answer.text
    jobs = browser.get("/jobs", params={"page": page})
    assert jobs.is_success
    assert f'href="{example}/result"' in jobs.text
