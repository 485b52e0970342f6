"""What would change the call of a row, over HTTP: the API, the page and the client."""

import asyncio
import os
import re
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from sialoscope_client import AsyncSialoscope
from sialoscope_client import Sialoscope as Client

from app.analysis.example.example_table import example_table
from tests.commands import forked_command
from tests.integration.api import finished, submit
from tests.servers import TOKEN, Sialoscope


@pytest.fixture(scope="module")
def job(server: Sialoscope) -> str:
    with server.client() as client:
        return _submitted(client, example_table())


@pytest.fixture(scope="module")
def rows(server: Sialoscope, job: str) -> list[dict[str, Any]]:
    with server.client() as client:
        found: list[dict[str, Any]] = client.get(f"/api/v1/jobs/{job}/rows").json()["rows"]
        return found


@pytest.mark.parametrize("call", ["true", "fragment", "outlier"])
def test_the_change_that_is_said_flips_the_call_when_it_is_made(
    client: httpx.Client, job: str, rows: list[dict[str, Any]], call: str
) -> None:
    row = next(each["row"] for each in rows if each["call"] == call)
    found = client.get(f"/api/v1/jobs/{job}/rows/{row}/flips").json()
    flip = found["flips"][0]
    assert found["call"] == call
    assert found["sentence"] == flip["sentence"]
    assert flip["is_tried"]
    assert flip["kind"] == "time"
    assert f"{flip['after']:.3f} min instead of {flip['before']:.3f}" in flip["sentence"]
    time = pl.when(pl.int_range(pl.len()) == row - 1).then(flip["after"]).otherwise("RT")
    changed = _submitted(client, example_table().with_columns(RT=time))
    again = client.get(f"/api/v1/jobs/{changed}/rows").json()["rows"][row - 1]
    assert again["call"] == flip["call"] != call


def test_a_call_by_hand_is_changed_by_taking_it_back(
    client: httpx.Client, job: str, rows: list[dict[str, Any]]
) -> None:
    row = next(each["row"] for each in rows if each["call"] == "true")
    by_hand = {"overrides": [{"row": row, "call": "ambiguous", "reason": "it is broad"}]}
    version = client.post(f"/api/v1/jobs/{job}/refit", json=by_hand).json()["job_id"]
    assert finished(client, version)["status"] == "succeeded"
    found = client.get(f"/api/v1/jobs/{version}/rows/{row}/flips").json()
    assert found["call"] == "ambiguous"
    assert found["sentence"] == "Without the decision by hand, this row would be confirmed."
    assert [each["kind"] for each in found["flips"]] == ["override"]


def test_an_anchor_by_hand_counts(
    client: httpx.Client, job: str, rows: list[dict[str, Any]]
) -> None:
    row = next(each for each in rows if each["call"] == "true" and each["anchor"])["row"]
    no_anchor = {"overrides": [{"row": row, "anchor": False, "reason": "not measured here"}]}
    version = client.post(f"/api/v1/jobs/{job}/refit", json=no_anchor).json()["job_id"]
    assert finished(client, version)["status"] == "succeeded"
    kept = client.get(f"/api/v1/jobs/{version}/rows").json()["rows"][row - 1]["call"]
    found = client.get(f"/api/v1/jobs/{version}/rows/{row}/flips").json()
    assert found["call"] == kept
    assert found["flips"]


def test_a_row_without_a_judgement_has_no_changes(client: httpx.Client) -> None:
    strange = pl.DataFrame({"Name": ["Unknown"], "RT": [9.0], "Volume": [1000]})
    job = _submitted(client, pl.concat([example_table(), strange], how="diagonal"))
    row = example_table().height + 1
    found = client.get(f"/api/v1/jobs/{job}/rows/{row}/flips").json()
    assert (found["call"], found["flips"]) == ("invalid", [])
    assert "The rules do not judge this row" in found["sentence"]


def test_a_row_that_is_not_there_and_a_table_that_is_gone_are_said(
    server: Sialoscope, client: httpx.Client
) -> None:
    job = _submitted(client, example_table().head(40))
    missing = client.get(f"/api/v1/jobs/{job}/rows/41/flips")
    assert missing.status_code == httpx.codes.NOT_FOUND
    assert "no row 41" in missing.json()["detail"]
    _remove_upload(server, job)
    gone = client.get(f"/api/v1/jobs/{job}/rows/1/flips")
    assert gone.status_code == httpx.codes.CONFLICT
    assert "no longer kept" in gone.json()["detail"]


def test_the_page_of_a_row_leads_to_what_would_change_it(client: httpx.Client, job: str) -> None:
    client.get("/login", params={"token": TOKEN})
    sentence = client.get(f"/api/v1/jobs/{job}/rows/1/flips").json()["sentence"]
    assert f'href="/jobs/{job}/rows/1/flips"' in client.get(f"/jobs/{job}/rows/1").text
    page = client.get(f"/jobs/{job}/rows/1/flips").text
    part = client.get(f"/jobs/{job}/rows/1/flips", headers={"HX-Request": "true"}).text
    for text in (page, part):
        assert sentence in unescape(re.sub(r"<[^>]+>", "", text))
    assert "<main" in page
    assert "<main" not in part


def test_the_clients_read_it(server: Sialoscope, job: str) -> None:
    with Client(server.url, TOKEN) as sialoscope:
        found = sialoscope.flips(job, 1)
    assert found["flips"][0]["sentence"] == found["sentence"]

    async def same() -> dict[str, Any]:
        async with AsyncSialoscope(server.url, TOKEN) as sialoscope:
            return await sialoscope.flips(job, 1)

    assert asyncio.run(same()) == found


def test_the_command_says_it_without_a_server(
    client: httpx.Client, job: str, tmp_path: Path
) -> None:
    path = tmp_path / "example.csv"
    example_table().write_csv(path)
    said = forked_command("flips", str(path), "1", environment=os.environ)
    flips = client.get(f"/api/v1/jobs/{job}/rows/1/flips").json()["flips"]
    assert said.stdout.splitlines() == [flip["sentence"] for flip in flips]
    missing = forked_command("flips", str(path), "1000", environment=os.environ)
    assert missing.returncode == 1
    assert "There is no row 1000" in missing.stderr


def _submitted(client: httpx.Client, table: pl.DataFrame) -> str:
    job = submit(client, table.write_csv().encode(), "example.csv")
    assert finished(client, job)["status"] == "succeeded"
    return job


def _remove_upload(server: Sialoscope, job: str) -> None:
    found: list[Path] = [
        path for path in server.data.rglob(f"uploads/**/*{job}*") if path.is_file()
    ]
    assert found
    for path in found:
        path.unlink()
