"""Two programs on one run over HTTP: API, client, pages, downloads and the table of what holds."""

import asyncio
import csv
import io
from pathlib import Path

import httpx
import polars as pl
import pytest
from sialoscope_client import AsyncSialoscope
from sialoscope_client import Sialoscope as Client

from app.analysis.example.example_table import example_table
from app.web.features.arbiter.arbitration import NONE
from app.web.features.arbiter.submissions import ONE_TABLE
from tests.integration.api import SMALL, finished, submit
from tests.page_forms import send
from tests.servers import TOKEN, Sialoscope

WRONG, RIGHT = "GM3(38:2;O2)", "GM3(38:1;O2)"


def second_table() -> pl.DataFrame:
    """The example as another program has it: other times and areas, and some other rows."""
    table = example_table().with_row_index("at")
    first = table.filter(pl.col("Name") == RIGHT)["at"][0]
    return (
        table.with_columns(
            pl.when(pl.col("at") == first).then(pl.lit(WRONG)).otherwise("Name").alias("Name"),
            (1.002 * pl.col("RT") + 0.05).round(3).alias("RT"),
            (3.0 * pl.col("Volume")).round(0).alias("Volume"),
        )
        .filter(pl.col("at") != 20)
        .reverse()
        .drop("at", "Anchor")
    )


@pytest.fixture(scope="module")
def jobs(server: Sialoscope) -> tuple[str, str]:
    with server.client() as client:
        tables = {"MS-DIAL.csv": example_table(), "MZmine.csv": second_table()}
        ids = [submit(client, table.write_csv().encode(), name) for name, table in tables.items()]
        assert [finished(client, each)["status"] for each in ids] == ["succeeded"] * 2
        return ids[0], ids[1]


@pytest.fixture(scope="module")
def arbitration(server: Sialoscope, jobs: tuple[str, str]) -> str:
    with server.client() as client:
        answer = client.post(f"/api/v1/jobs/{jobs[0]}/arbiter/{jobs[1]}", json={})
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        job_id = str(answer.json()["id"])
        assert finished(client, job_id)["status"] == "succeeded"
        return job_id


def test_a_seeded_wrong_label_is_found_with_both_claims_and_a_sentence(
    client: httpx.Client, arbitration: str, jobs: tuple[str, str]
) -> None:
    found = client.get(f"/api/v1/jobs/{arbitration}/judgements").json()

    assert (found["first"], found["second"], found["jobs"]) == ("MS-DIAL", "MZmine", list(jobs))
    (peak,) = [each for each in found["peaks"] if each["difference"] == "ceramide"]
    assert (peak["first"]["name"], peak["second"]["name"]) == (RIGHT, WRONG)
    assert peak["judgement"] == "first"
    assert peak["probability"] > 0.75
    assert f"expects {RIGHT} at" in peak["evidence"]
    assert peak["second"]["rt_min"] == pytest.approx(
        1.002 * peak["first"]["rt_min"] + 0.05, abs=2e-3
    )


def test_every_row_of_both_tables_is_in_one_peak(client: httpx.Client, arbitration: str) -> None:
    found = client.get(
        f"/api/v1/jobs/{arbitration}/judgements", params={"difference": "all", "limit": 10_000}
    ).json()

    for side, table in (("first", example_table()), ("second", second_table())):
        rows = [row for peak in found["peaks"] if peak[side] for row in peak[side]["rows"]]
        assert sorted(rows) == list(range(1, table.height + 1))
    assert sum(found["counts"]["all"].values()) == found["total"]


def test_what_is_shown_can_be_chosen(client: httpx.Client, arbitration: str) -> None:
    path = f"/api/v1/jobs/{arbitration}/judgements"
    alone = client.get(path, params={"difference": "alone"}).json()
    assert [each["second"] for each in alone["peaks"]] == [None]
    none = client.get(path, params={"difference": "ceramide", "judgement": "second"}).json()
    assert none["total"] == 0
    for params, said in (
        ({"difference": "colour"}, "There is no difference colour"),
        ({"judgement": "third"}, "There is no judgement third"),
    ):
        answer = client.get(path, params=params)
        assert answer.status_code == httpx.codes.BAD_REQUEST
        assert said in answer.text


def test_downloads_have_a_line_for_each_peak(client: httpx.Client, arbitration: str) -> None:
    path = f"/api/v1/jobs/{arbitration}/judgements/export"
    text = client.get(path, params={"difference": "all"})
    lines = list(csv.DictReader(text.text.splitlines()))
    total = client.get(f"/api/v1/jobs/{arbitration}/judgements?difference=all").json()["total"]
    assert len(lines) == total
    assert {"MS-DIAL: name", "MZmine: name", "judgement", "evidence"} <= set(lines[0])
    book = client.get(path, params={"difference": "all", "format": "xlsx"})
    assert pl.read_excel(io.BytesIO(book.content)).height == total
    answer = client.get(path, params={"format": "pdf"})
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "There is no format pdf" in answer.text


def test_a_table_of_what_holds_is_a_job_with_each_peak_once(
    client: httpx.Client, arbitration: str
) -> None:
    total = client.get(f"/api/v1/jobs/{arbitration}/judgements?difference=all").json()["total"]
    answer = client.post(f"/api/v1/jobs/{arbitration}/what-holds")
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text

    job = finished(client, answer.json()["id"])

    assert job["status"] == "succeeded", job["error"]
    assert job["file_name"] == "MS-DIAL and MZmine, what holds.parquet"
    assert job["summary"]["rows"] == total
    names = client.get(f"/api/v1/jobs/{job['id']}/rows", params={"limit": 10_000}).json()["rows"]
    assert WRONG not in [row["name"] for row in names if abs(row["rt_min"] - 12.1) < 0.1]


def test_the_programs_can_be_named(client: httpx.Client, jobs: tuple[str, str]) -> None:
    path = f"/api/v1/jobs/{jobs[0]}/arbiter/{jobs[1]}"
    made = client.post(path, json={"first": " LipidSearch\t 5 ", "second": "LDA/2"}).json()
    job = finished(client, made["id"])
    assert job["file_name"] == "LipidSearch 5 and LDA-2.arbiter.parquet"


def test_tables_of_two_runs_are_refused_with_what_to_do(
    client: httpx.Client, jobs: tuple[str, str]
) -> None:
    other = submit(client, SMALL, "small.csv")
    finished(client, other)

    answer = client.post(f"/api/v1/jobs/{jobs[0]}/arbiter/{other}", json={})

    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "Choose two tables of one run." in answer.text


def test_the_same_job_twice_is_refused(
    client: httpx.Client, pages: httpx.Client, jobs: tuple[str, str]
) -> None:
    answer = client.post(f"/api/v1/jobs/{jobs[0]}/arbiter/{jobs[0]}", json={})
    page = pages.get(f"/jobs/{jobs[0]}/arbiter/{jobs[0]}")

    assert (answer.status_code, page.status_code) == (httpx.codes.BAD_REQUEST,) * 2
    assert answer.json()["detail"] == ONE_TABLE
    assert ONE_TABLE in page.text


def test_the_form_says_that_calls_set_by_hand_are_not_taken_over(
    client: httpx.Client, pages: httpx.Client, jobs: tuple[str, str]
) -> None:
    by_hand = {"overrides": [{"row": 1, "call": "true", "reason": "seen in MS/MS"}]}
    version = client.post(f"/api/v1/jobs/{jobs[0]}/refit", json=by_hand).json()["job_id"]
    finished(client, version)

    said = "MS-DIAL.csv has 1 call that was set by hand. It is not taken over"
    assert said in pages.get(f"/jobs/{version}/arbiter/{jobs[1]}").text
    assert "by hand" not in pages.get(f"/jobs/{jobs[0]}/arbiter/{jobs[1]}").text


def test_a_job_that_compares_no_programs_says_how_to_compare_them(
    client: httpx.Client, jobs: tuple[str, str]
) -> None:
    for answer in (
        client.get(f"/api/v1/jobs/{jobs[0]}/judgements"),
        client.post(f"/api/v1/jobs/{jobs[0]}/what-holds"),
    ):
        assert answer.status_code == httpx.codes.CONFLICT
        assert answer.json()["detail"] == NONE


def test_a_table_that_only_has_the_name_of_a_comparison_is_none(client: httpx.Client) -> None:
    file = io.BytesIO()
    example_table().write_parquet(file)
    job = submit(client, file.getvalue(), "my.arbiter.parquet")
    finished(client, job)

    assert client.get(f"/api/v1/jobs/{job}/judgements").status_code == httpx.codes.CONFLICT


def test_pages_lead_from_the_list_of_jobs_to_the_judgements(
    pages: httpx.Client, jobs: tuple[str, str], arbitration: str
) -> None:
    form = send(pages, "/jobs/selected/arbiter", job=list(jobs))
    assert form.url.path == f"/jobs/{jobs[0]}/arbiter/{jobs[1]}"
    assert 'value="MS-DIAL"' in form.text
    result = pages.get(f"/jobs/{arbitration}/result").text
    assert f'href="/jobs/{arbitration}/judgements"' in result
    page = pages.get(f"/jobs/{arbitration}/judgements").text
    assert "MS-DIAL is right" in page
    assert WRONG in page
    compared = pages.get(f"/jobs/{jobs[0]}/compare/{jobs[1]}").text
    assert f'href="/jobs/{jobs[0]}/arbiter/{jobs[1]}"' in compared


def test_the_client_judges_reads_and_keeps(
    server: Sialoscope, jobs: tuple[str, str], tmp_path: Path
) -> None:
    with Client(server.url, TOKEN) as sialoscope:
        job = sialoscope.wait(sialoscope.judge_programs(*jobs, first="one", second="other"))
        found = sialoscope.judgements(job, difference="ceramide")
        assert [each["judgement"] for each in found["peaks"]] == ["first"]
        assert found["first"] == "one"
        path = sialoscope.download_judgements(job, tmp_path / "judgements.xlsx", difference="all")
        assert pl.read_excel(path).height == sum(found["counts"]["all"].values())
        kept = sialoscope.wait(sialoscope.keep_what_holds(job))
        assert kept.file_name == "one and other, what holds.parquet"


def test_the_asynchronous_client_does_the_same(
    server: Sialoscope, jobs: tuple[str, str], tmp_path: Path
) -> None:
    async def use() -> None:
        async with AsyncSialoscope(server.url, TOKEN) as sialoscope:
            made = await sialoscope.judge_programs(*jobs)
            job = await sialoscope.wait(made)
            found = await sialoscope.judgements(job, judgement="first")
            assert found["total"] > 0
            path = await sialoscope.download_judgements(job, tmp_path / "judgements.csv")
            assert path.read_text().startswith("peak,sample,")
            kept = await sialoscope.wait(await sialoscope.keep_what_holds(job))
            assert kept.status == "succeeded"

    asyncio.run(use())


def test_the_form_refuses_tables_of_two_runs_beside_its_fields(
    pages: httpx.Client, client: httpx.Client, jobs: tuple[str, str]
) -> None:
    other = submit(client, SMALL, "small.csv")
    finished(client, other)

    page = send(pages, f"/jobs/{jobs[0]}/arbiter/{other}", first="A", second="B")

    assert page.status_code == httpx.codes.BAD_REQUEST
    assert "Choose two tables of one run." in page.text
    assert 'value="A"' in page.text
