"""Only what the arbiter made is an arbitration: neither an upload nor a renamed column is."""

import io
from typing import Any

import httpx
import polars as pl
import pytest

from app.analysis.arbiter.matching import match
from app.analysis.arbiter.readings import PEAK, ROWS, Jobs, Titles, readings
from app.analysis.example.example_table import example_table
from app.web.features.arbiter.arbitration import NONE
from tests.integration.api import finished, submit
from tests.perf.arbiter import annotations_of
from tests.servers import Sialoscope


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    """A table as the arbiter makes it."""
    rows = annotations_of(example_table())
    return readings(match(rows, rows, 0.1, 10.0), Titles("A", "B"), Jobs("one", "other"))


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param({}, id="as the arbiter writes it"),
        pytest.param({PEAK: pl.lit(1, dtype=pl.Int64)}, id="one peak in all rows"),
        pytest.param({ROWS: pl.lit("none")}, id="rows that are no numbers"),
    ],
)
def test_an_upload_is_no_arbitration_whatever_its_name_and_columns(
    client: httpx.Client, pages: httpx.Client, table: pl.DataFrame, forged: dict[str, Any]
) -> None:
    file = io.BytesIO()
    table.with_columns(**forged).write_parquet(file)
    job = submit(client, file.getvalue(), "forged.arbiter.parquet")
    assert finished(client, job)["status"] == "succeeded"

    for answer in (
        client.get(f"/api/v1/jobs/{job}/judgements"),
        client.get(f"/api/v1/jobs/{job}/judgements/export"),
        client.post(f"/api/v1/jobs/{job}/what-holds"),
    ):
        assert answer.status_code == httpx.codes.CONFLICT
        assert answer.json()["detail"] == NONE
    assert 'id="programs"' not in pages.get(f"/jobs/{job}/result").text


def test_reruns_and_further_versions_of_an_arbitration_are_arbitrations(
    server: Sialoscope,
) -> None:
    with server.client() as client:
        text = example_table().write_csv().encode()
        one, other = [submit(client, text, name) for name in ("a.csv", "b.csv")]
        for job in (one, other):
            finished(client, job)
        made = client.post(f"/api/v1/jobs/{one}/arbiter/{other}", json={}).json()["id"]
        finished(client, made)
        by_hand = {"overrides": [{"row": 1, "call": "true", "reason": "seen in MS/MS"}]}
        again = client.post(f"/api/v1/jobs/{made}/rerun", json={"rt_tolerance": 0.2}).json()
        version = client.post(f"/api/v1/jobs/{made}/refit", json=by_hand).json()
        for job in (again["job_id"], version["job_id"]):
            finished(client, job)
            answer = client.get(f"/api/v1/jobs/{job}/judgements", params={"difference": "all"})
            assert answer.status_code == httpx.codes.OK, answer.text
            assert answer.json()["total"] == example_table().height
