"""What the pages answer to addresses that a person typed, kept or was sent."""

import re

import httpx
import pytest

from app.analysis.example.example_table import example_table
from app.web.words import PLOTS
from tests.integration.api import finished, large_table, submit
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
        ({"x": "mass"}, "The plot has no axis mass; use one of carbons, log_p, predicted_rt_min."),
        ({"plot": "pie"}, f"There is no plot pie; use one of {', '.join(PLOTS)}."),
        ({"by": "mass"}, "Points are not coloured by mass; use one of call, category."),
        ({"sort": "-mass"}, "The table has no column mass; use one of row, name, call"),
        ({"columns": "rt_min,mass"}, "The table has no column mass; use one of call, sample"),
        ({"size": "7"}, "There are no pages of 7 rows; use one of 50, 100, 200, 500, 1000."),
        ({"rows": "1,two"}, "two is not a row number; write them as 3,17,20."),
        ({"within": "name:1:2"}, "name is not a column of numbers; use one of row, rt_min"),
        ({"within": "rt_min:7"}, "The range rt_min:7 cannot be read. Write column:from:to"),
        ({"within": "rt_min:7:x"}, "The range rt_min:7:x cannot be read. Write column:from:to"),
    ],
)
def test_a_result_by_an_unknown_column_is_refused(
    browser: httpx.Client, example: str, query: dict[str, str], sentence: str
) -> None:
    answer = browser.get(f"{example}/result", params=query)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert sentence in answer.text


@pytest.mark.parametrize("page", [2, 10**30])
def test_a_page_beyond_the_last_is_the_last(browser: httpx.Client, example: str, page: int) -> None:
    answer = browser.get(f"{example}/result", params={"page": page, "size": 500})
    assert answer.is_success
    assert 'id="row-1"' in answer.text
    jobs = browser.get("/jobs", params={"page": page})
    assert jobs.is_success
    assert 'href="/jobs/' in jobs.text.partition("<tbody")[2]


def test_a_link_to_a_row_opens_the_page_that_has_it(browser: httpx.Client) -> None:
    job_id = submit(browser, large_table(copies=4))
    finished(browser, job_id)
    fragments = rows_of(browser, job_id, call="fragment", limit=10_000)
    address = f"/jobs/{job_id}/result"
    for row in (1, 500, 501, 1132):
        assert row in shown_rows(browser.get(address, params={"row": row, "size": 500}))
    kept = browser.get(address, params={"row": fragments[-1], "call": "fragment"})
    assert shown_rows(kept) == fragments[-len(shown_rows(kept)) :]
    (hidden,) = rows_of(browser, job_id, call="true", limit=1, offset=300)
    dropped = shown_rows(browser.get(address, params={"row": hidden, "call": "fragment"}))
    assert hidden in dropped
    assert len(dropped) > 1
    missing = browser.get(address, params={"row": 2000})
    assert missing.status_code == httpx.codes.BAD_REQUEST
    assert "has no row 2000" in missing.text


def test_a_link_to_a_parent_opens_the_page_that_has_it(browser: httpx.Client) -> None:
    job_id = submit(browser, large_table(copies=4))
    finished(browser, job_id)
    for page in (1, 2, 3):
        answer = browser.get(f"/jobs/{job_id}/result", params={"page": page, "size": 500})
        here = set(shown_rows(answer))
        for query, row in re.findall(r'<a href="([^"]*)#row-(\d+)">', answer.text):
            assert (f"row={row}" in query) is (int(row) not in here)


def rows_of(client: httpx.Client, job_id: str, **query: str | int) -> list[int]:
    answer = client.get(f"/api/v1/jobs/{job_id}/rows", params=query)
    return [row["row"] for row in answer.json()["rows"]]


def shown_rows(answer: httpx.Response) -> list[int]:
    return [int(row) for row in re.findall(r'<tr id="row-(\d+)"', answer.text)]
