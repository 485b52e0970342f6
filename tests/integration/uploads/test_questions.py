"""A table that can be read in two ways is asked about by page, API and command line."""

from pathlib import Path

import httpx
import pytest

from tests.integration.api import finished, submit
from tests.integration.programs.test_analyze_file import sialoscope
from tests.page_forms import send, uploads_in

UNDECIDED = b"Name;RT;Volume\nGM3(36:1;O2);10;530,172\nGM1(36:1;O2);11;401,790\n"
RIVALS = b"Name,Lipid,RT,Area\nGM3 36:1;O2,GM3 38:1;O2,10,5\nGM1 36:1;O2,GM1 36:1;O2,9,4\n"
MARKED = b"""Name,RT,Score,Use
GM3 36:1;O2,10.6,90,yes
GM2 36:1;O2,10.4,80,no
GM1 36:1;O2,10.1,70,yes
"""
FIELD = "decimal"


def areas(client: httpx.Client, job_id: str) -> list[float | None]:
    rows = client.get(f"/api/v1/jobs/{job_id}/rows").json()["rows"]
    return [row["peak_area"] for row in rows]


def test_the_page_asks_and_does_not_start_before_the_answer(
    pages: httpx.Client, client: httpx.Client
) -> None:
    page = send(pages, "/preview", ("peaks.csv", UNDECIDED))
    assert "530,172 is 530.172, with decimal commas" in page.text
    (upload,) = uploads_in(page)
    refused = send(pages, "/jobs", upload=upload)
    assert refused.status_code == httpx.codes.BAD_REQUEST
    assert "Set decimal to one of these" in refused.text
    answer = {f"{upload}.{FIELD}": "comma"}
    assert "please choose" not in send(pages, "/preview", upload=upload, **answer).text
    started = send(pages, "/jobs", upload=upload, **answer)
    job = finished(client, started.url.path.removeprefix("/jobs/"))
    assert job["status"] == "succeeded", job["message"]
    assert areas(client, job["id"]) == [530.172, 401.79]


def test_the_page_asks_for_a_column_by_one_field(pages: httpx.Client) -> None:
    page = send(pages, "/preview", ("peaks.csv", RIVALS))
    (upload,) = uploads_in(page)
    field = f"{upload}.name_column"
    assert "Name: please choose" in page.text
    assert page.text.count(f'name="{field}"') == 2  # the two answers, and no field that sends one
    others = {f"{upload}.log_p_column": "", f"{upload}.rt_column": "RT"}
    refused = send(pages, "/jobs", upload=upload, **others)
    assert refused.status_code == httpx.codes.BAD_REQUEST
    page = send(pages, "/preview", upload=upload, **others, **{field: "Lipid"})
    assert "please choose" not in page.text
    assert '<option value="Lipid" selected>' in page.text


def test_a_table_can_be_judged_without_areas_and_with_rows_marked_as_excluded(
    pages: httpx.Client, client: httpx.Client
) -> None:
    page = send(pages, "/preview", ("peaks.csv", MARKED))
    assert "Volume: please choose" in page.text
    (upload,) = uploads_in(page)
    chosen = {f"{upload}.volume_column": "none"}
    page = send(pages, "/preview", upload=upload, **chosen)
    assert "please choose" not in page.text
    assert '<option value="none" selected>' in page.text
    assert "marked as excluded and kept as invalid" in page.text
    choices = {"volume_column": "none", "marked_rows": "judged"}
    job = finished(client, submit(client, MARKED, **choices))
    rows = client.get(f"/api/v1/jobs/{job['id']}/rows").json()["rows"]
    assert areas(client, job["id"]) == [None] * 3
    assert "invalid" not in {row["call"] for row in rows}


def test_the_api_refuses_with_both_readings_and_the_field(client: httpx.Client) -> None:
    answer = client.post("/api/v1/jobs", files={"file": ("peaks.csv", UNDECIDED)})
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert answer.headers["content-type"] == "application/problem+json"
    detail = answer.json()["detail"]
    assert "530.172" in detail
    assert "530172" in detail
    assert "Set decimal" in detail
    job = finished(client, submit(client, UNDECIDED, decimal="point"))
    assert (job["status"], job["settings"]["decimal"]) == ("succeeded", "point")
    assert areas(client, job["id"]) == [530172.0, 401790.0]
    rerun = client.post(f"/api/v1/jobs/{job['id']}/rerun", json={"decimal": "comma"})
    assert areas(client, finished(client, rerun.json()["job_id"])["id"]) == [530.172, 401.79]


def test_a_batch_names_the_file_with_the_question_and_runs_the_others(
    client: httpx.Client,
) -> None:
    plain = UNDECIDED.replace(b",", b"")
    files = [("file", ("odd.csv", UNDECIDED)), ("file", ("plain.csv", plain))]
    made = client.post("/api/v1/batches", files=files).json()
    assert [each["file_name"] for each in made["refused"]] == ["odd.csv"]
    assert [job["file_name"] for job in made["jobs"]] == ["plain.csv"]


def test_a_cohort_fails_with_the_question_and_the_name_of_the_file(client: httpx.Client) -> None:
    plain = UNDECIDED.replace(b",", b"")
    files = [("file", ("odd.csv", UNDECIDED)), ("file", ("plain.csv", plain))]
    made = client.post("/api/v1/cohorts", files=files).json()
    job = finished(client, made["job_id"])
    assert job["status"] == "failed"
    assert "odd.csv" in job["error"] + job["message"]
    assert "Set decimal" in job["error"] + job["message"]


@pytest.mark.parametrize(("decimal", "area"), [("comma", "530.172"), ("point", "530172.0")])
def test_the_command_prints_the_options_and_takes_them(
    tmp_path: Path, decimal: str, area: str
) -> None:
    path = tmp_path / "peaks.csv"
    path.write_bytes(UNDECIDED)
    asked = sialoscope(path)
    assert asked.returncode == 1
    assert f"--decimal {decimal}: " in asked.stderr
    done = sialoscope(path, "--decimal", decimal, "--rt-unit", "min")
    assert done.returncode == 0, done.stderr
    assert f",{area}," in done.stdout


def test_a_preset_keeps_the_notation(client: httpx.Client) -> None:
    preset = {"name": "seconds", "rt_unit": "s", "decimal": "comma"}
    made = client.post("/api/v1/presets", json=preset).json()
    assert (made["settings"]["rt_unit"], made["settings"]["decimal"]) == ("s", "comma")
