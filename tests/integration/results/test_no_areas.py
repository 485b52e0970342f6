"""A table without areas, and one in which some are missing, are judged, shown and exported."""

import re

import httpx
import polars as pl
import pytest

from app.analysis.example.example_table import example_table
from app.web.features.results.downloads.source import FORMATS
from tests.integration.api import finished, submit
from tests.servers import TOKEN, Sialoscope

SAYS = "It has no area, so it is judged without one."
LINK = re.compile(r'(?:href|hx-get|src)="(/jobs/[^"#]+)"')


@pytest.fixture(scope="module", params=["none", "some"])
def job(server: Sialoscope, request: pytest.FixtureRequest) -> str:
    """A finished job of a table in which no row, or every second one, has an area."""
    table = example_table()
    is_second = pl.Series(range(table.height)) % 2 == 1
    missing = {
        "none": table.drop("Volume"),
        "some": table.with_columns(Volume=pl.when(is_second).then("Volume")),
    }
    with server.client() as client:
        job_id = submit(client, missing[request.param].write_csv().encode(), "areas.csv")
        assert finished(client, job_id)["status"] == "succeeded"
    return job_id


def test_every_row_is_judged_and_says_so(client: httpx.Client, job: str) -> None:
    counts = client.get(f"/api/v1/jobs/{job}").json()["summary"]["counts"]
    assert (counts["invalid"], counts["true"] > 100) == (0, True)
    rows = client.get(f"/api/v1/jobs/{job}/rows").json()["rows"]
    assert all((SAYS in row["reason"]) == (row["peak_area"] is None) for row in rows)


def test_every_answer_about_the_job_has_its_numbers(client: httpx.Client, job: str) -> None:
    described = client.get("/api/docs/openapi.json").json()["paths"]
    of_jobs = [path for path, each in described.items() if "get" in each and "/{job_id}" in path]
    paths = [path.replace("{job_id}", job).replace("{row}", "1") for path in of_jobs]
    seen = [path for path in paths if "{" not in path and not path.endswith("/events")]
    assert len(seen) > 15
    for path in seen:
        answer = client.get(path)
        assert answer.is_success or answer.status_code == httpx.codes.CONFLICT, path
        assert "NaN" not in answer.text, path


def test_every_page_that_the_result_links_is_shown(client: httpx.Client, job: str) -> None:
    client.get("/login", params={"token": TOKEN})
    result = client.get(f"/jobs/{job}/result").text
    links = {link.replace("&amp;", "&") for link in LINK.findall(result) if job in link}
    pages = [link for link in sorted(links) if "/rows/" not in link and "/events" not in link]
    assert len(pages) > 5
    for page in (*pages, f"/jobs/{job}/rows/1", f"/jobs/{job}/rows/1/flips"):
        answer = client.get(page)
        assert answer.is_success or answer.status_code == httpx.codes.CONFLICT, page
        assert not re.search(r"\b(NaN|nan)\b", answer.text), page


def test_totals_of_unknown_areas_are_unknown_and_not_zero(client: httpx.Client, job: str) -> None:
    client.get("/login", params={"token": TOKEN})
    found = client.get(f"/api/v1/jobs/{job}/quantities", params={"by": "species"}).json()
    areas = [total["area"] for total in found["totals"]]
    assert None in areas
    assert 0 not in areas
    page = client.get(f"/jobs/{job}/quantities").text
    assert '<span class="number">0.0 %</span>' not in page


@pytest.mark.parametrize("kind", FORMATS)
def test_every_file_is_made(client: httpx.Client, job: str, kind: str) -> None:
    answer = client.get(f"/api/v1/jobs/{job}/export", params={"format": kind})
    assert answer.is_success
    assert b"NaN" not in answer.content
