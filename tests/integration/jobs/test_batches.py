"""Many files in one request, as jobs of their own and as one cohort."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.analysis.example.example_table import example_table
from app.db.jobs.tables import Job
from tests.integration.api import SMALL, finished, submit
from tests.servers import Sialoscope, jobs_in

EXAMPLE = example_table().write_csv().encode()


def send(
    client: httpx.Client,
    path: str,
    files: list[tuple[str, bytes]],
    key: str = "",
    **form: str,
) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(
        f"/api/v1/{path}", files=[("file", each) for each in files], data=form, headers=headers
    )


def rows_of(client: httpx.Client, job_id: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(f"/api/v1/jobs/{job_id}/rows").json()["rows"]
    return rows


def test_each_file_of_a_batch_is_a_job_and_a_refused_one_is_reported_by_its_name(
    client: httpx.Client,
) -> None:
    files = [("one.csv", SMALL), ("nothing.csv", b""), ("two.csv", EXAMPLE)]
    answer = send(client, "batches", files, rt_tolerance="0.2")
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    batch = answer.json()
    assert [job["file_name"] for job in batch["jobs"]] == ["one.csv", "two.csv"]
    assert [each["file_name"] for each in batch["refused"]] == ["nothing.csv"]
    assert "is empty" in batch["refused"][0]["detail"]
    for job in batch["jobs"]:
        ended = finished(client, job["id"])
        assert (ended["status"], ended["settings"]["rt_tolerance"]) == ("succeeded", 0.2)
    shown = client.get(answer.headers["location"]).json()
    assert shown["batch_id"] == batch["batch_id"]
    assert [job["id"] for job in shown["jobs"]] == [job["id"] for job in batch["jobs"]]
    assert shown["counts"]["succeeded"] == 2


def test_two_files_of_one_moment_are_judged_in_their_order(
    server: Sialoscope, client: httpx.Client, pages: httpx.Client
) -> None:
    """The ids of jobs, which are drawn, do not decide."""

    async def in_one_moment(batch_id: str) -> None:
        of_batch = Job.batch_id == batch_id
        await Job.update({Job.created_at: datetime.now(UTC)}).where(of_batch)

    for _ in range(6):
        batch = send(client, "batches", [("one.csv", SMALL), ("two.csv", EXAMPLE)]).json()
        one, other = (job["id"] for job in batch["jobs"])
        assert [finished(client, each)["status"] for each in (one, other)] == ["succeeded"] * 2
        with jobs_in(server.database_url):
            asyncio.run(in_one_moment(batch["batch_id"]))
        page = pages.get("/jobs", params={"batch": batch["batch_id"]}).text
        assert f"/jobs/{one}/arbiter/{other}" in page


def test_a_batch_that_is_sent_again_is_not_doubled(client: httpx.Client) -> None:
    files = [("one.csv", SMALL), ("two.csv", SMALL)]
    first = send(client, "batches", files, key="one batch").json()
    again = send(client, "batches", files, key="one batch").json()
    assert again["batch_id"] == first["batch_id"]
    assert [job["id"] for job in again["jobs"]] == [job["id"] for job in first["jobs"]]
    more = send(client, "batches", [*files, ("three.csv", SMALL)], key="one batch")
    assert more.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    shown = client.get(f"/api/v1/batches/{first['batch_id']}").json()
    assert len(shown["jobs"]) == 2


def test_a_batch_of_which_nothing_can_be_used_says_so(client: httpx.Client) -> None:
    answer = send(client, "batches", [("a.csv", b""), ("b.csv", b"")])
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "a.csv" in answer.json()["detail"]
    assert "b.csv" in answer.json()["detail"]
    assert client.get("/api/v1/batches/unknown").status_code == httpx.codes.NOT_FOUND


@pytest.fixture(scope="module")
def cohort() -> list[tuple[str, bytes]]:
    table = example_table()
    named = table.drop("sample") if "sample" in table.columns else table
    return [
        ("brain.csv", named.write_csv().encode()),
        ("liver.tsv", named.write_csv(separator="\t").encode()),
    ]


def test_the_files_of_a_cohort_are_samples_of_one_analysis(
    client: httpx.Client, cohort: list[tuple[str, bytes]]
) -> None:
    answer = send(client, "cohorts", cohort, name="Two organs")
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    job = finished(client, answer.json()["job_id"])
    assert (job["status"], job["file_name"]) == ("succeeded", "Two organs.zip")
    assert [each["file_name"] for each in job["files"]] == ["brain.csv", "liver.tsv"]
    rows = rows_of(client, job["id"])
    half = len(rows) // 2
    assert [row["row"] for row in rows] == list(range(1, len(rows) + 1))
    assert {row["sample"] for row in rows[:half]} == {"brain"}
    assert {row["sample"] for row in rows[half:]} == {"liver"}
    assert job["summary"]["warnings"][0]["message"] == "Read 2 files as one cohort of 2 samples."
    record = client.get(f"/api/v1/jobs/{job['id']}/record").json()
    assert record["input"]["files"] == job["files"]


def test_a_cohort_run_again_has_the_same_files(
    client: httpx.Client, cohort: list[tuple[str, bytes]]
) -> None:
    first = finished(client, send(client, "cohorts", cohort).json()["job_id"])
    rerun = client.post(f"/api/v1/jobs/{first['id']}/rerun", json={"rt_tolerance": 0.2}).json()
    again = finished(client, rerun["job_id"])
    assert (again["status"], again["files"]) == ("succeeded", first["files"])
    assert [row["sample"] for row in rows_of(client, again["id"])] == [
        row["sample"] for row in rows_of(client, first["id"])
    ]


def test_a_table_that_names_its_samples_keeps_them(client: httpx.Client) -> None:
    named = b"Name,RT,Volume,sample\nGM1(36:1;O2),10.1,1000,\nGM3(36:1;O2),10.6,2000,s1\n"
    files = [("a.csv", named), ("peaks.csv", SMALL), ("peaks.tsv", SMALL.replace(b",", b"\t"))]
    job = finished(client, send(client, "cohorts", files).json()["job_id"])
    samples = [row["sample"] for row in rows_of(client, job["id"])]
    assert samples == ["a", "s1", "peaks.csv", "peaks.csv", "peaks.tsv", "peaks.tsv"]


def test_a_file_that_is_no_table_fails_its_cohort_by_name(client: httpx.Client) -> None:
    files = [("good.csv", SMALL), ("odd.csv", b"a,b\n1,2\n")]
    job = finished(client, send(client, "cohorts", files).json()["job_id"])
    assert job["status"] == "failed"
    assert job["message"].startswith("odd.csv: ")


def test_a_cohort_needs_two_files_none_of_them_empty(client: httpx.Client) -> None:
    alone = send(client, "cohorts", [("a.csv", SMALL)])
    empty = send(client, "cohorts", [("a.csv", SMALL), ("b.csv", b"")])
    assert [alone.status_code, empty.status_code] == [httpx.codes.BAD_REQUEST] * 2
    assert "at least two files" in alone.json()["detail"]
    assert "b.csv is empty" in empty.json()["detail"]
    twice = [send(client, "cohorts", [("a.csv", SMALL)] * 2, key="c").json() for _ in range(2)]
    assert twice[0]["job_id"] == twice[1]["job_id"]


def test_cursors_lead_through_all_rows_once(client: httpx.Client) -> None:
    job_id = submit(client, EXAMPLE)
    total = finished(client, job_id)["summary"]["rows"]
    page = client.get(f"/api/v1/jobs/{job_id}/rows", params={"sort": "-rt_min", "limit": 50}).json()
    found = page["rows"]
    while page["next"]:
        page = client.get(page["next"]).json()
        found += page["rows"]
    assert sorted(row["row"] for row in found) == list(range(1, total + 1))
    times = [row["rt_min"] for row in found if row["rt_min"] is not None]
    assert times == sorted(times, reverse=True)


def test_a_cursor_is_good_for_its_own_list_alone(client: httpx.Client) -> None:
    job_id = submit(client, EXAMPLE)
    finished(client, job_id)
    rows = f"/api/v1/jobs/{job_id}/rows"
    after = httpx.URL(client.get(rows, params={"limit": 5}).json()["next"]).params["cursor"]
    for wrong in ({"sort": "rt_min"}, {"call": "true"}, {"cursor": "x"}, {"cursor": after[:-3]}):
        answer = client.get(rows, params={"cursor": after} | wrong)
        assert answer.status_code == httpx.codes.BAD_REQUEST, wrong
        assert "Start again without a cursor" in answer.json()["detail"]
    both = client.get(rows, params={"cursor": after, "offset": 3})
    assert "not both" in both.json()["detail"]


def test_the_models_of_a_job_have_their_equations(client: httpx.Client) -> None:
    job_id = submit(client, EXAMPLE)
    count = finished(client, job_id)["summary"]["models"]
    models = client.get(f"/api/v1/jobs/{job_id}/models").json()["models"]
    assert len(models) == count > 0
    assert all(model["prefix"] and model["n"] for model in models)
    assert "NaN" not in json.dumps(models)
