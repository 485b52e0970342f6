"""A result whose times follow no law gives no library, no missing species and no standards."""

import httpx
import pytest

from app.analysis.example.example_table import example_table
from tests.integration.api import finished, submit
from tests.servers import TOKEN

SAID = "The retention times do not follow the labels"


@pytest.fixture
def job(client: httpx.Client) -> str:
    """The job of a table whose times were shuffled."""
    table = example_table()
    shuffled = table.with_columns(table["RT"].shuffle(seed=1))
    job_id = submit(client, shuffled.write_csv().encode(), "shuffled.csv")
    codes = {each["code"] for each in finished(client, job_id)["summary"]["warnings"]}
    assert "no_retention_law" in codes
    return job_id


def test_it_is_not_saved_in_a_library(client: httpx.Client, job: str) -> None:
    answer = client.post("/api/v1/libraries", json={"job": job, "name": "no law"})
    assert answer.status_code == httpx.codes.CONFLICT
    assert SAID in answer.json()["detail"]
    assert "no law" not in client.get("/api/v1/libraries").text


@pytest.mark.parametrize("what", ["targets", "target-list", "standards"])
def test_it_predicts_nothing(client: httpx.Client, job: str, what: str) -> None:
    answer = client.get(f"/api/v1/jobs/{job}/{what}")
    assert answer.status_code == httpx.codes.CONFLICT
    assert SAID in answer.json()["detail"]


def test_its_page_of_missing_species_says_why(client: httpx.Client, job: str) -> None:
    client.get("/login", params={"token": TOKEN})
    page = client.get(f"/jobs/{job}/targets")
    assert page.status_code == httpx.codes.OK
    assert SAID in page.text
