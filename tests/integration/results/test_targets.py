"""What to look for next over HTTP: the API, the lists, the page and the client."""

import asyncio
import csv
from pathlib import Path

import httpx
import polars as pl
import pytest
from sialoscope_client import AsyncSialoscope, RefusedError
from sialoscope_client import Sialoscope as Client

from app.analysis.example.example_table import example_table
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.settings import AnalysisSettings
from app.analysis.targets.lists import LISTS
from tests.analyses import standards_in, targets_in
from tests.integration.api import finished, submit
from tests.servers import TOKEN, Sialoscope

NEGATIVE_PRODUCT = 290.0881


@pytest.fixture(scope="module")
def job(server: Sialoscope) -> str:
    with server.client() as client:
        job_id = submit(client, example_table().write_csv().encode(), "example.csv")
        assert finished(client, job_id)["status"] == "succeeded"
        return job_id


def test_the_api_lists_the_likeliest_first_with_times_ions_and_reasons(
    client: httpx.Client, job: str
) -> None:
    found = client.get(f"/api/v1/jobs/{job}/targets").json()
    first = found["targets"][0]
    assert found["total"] == len(found["targets"])
    assert all(each["probability"] >= 0.5 for each in found["targets"])
    assert first["interval_low_min"] < first["predicted_rt_min"] < first["interval_high_min"]
    assert first["ions"][0]["product_mz"] == pytest.approx(NEGATIVE_PRODUCT, abs=1e-4)
    assert first["classes"] <= first["of_classes"]
    every = client.get(f"/api/v1/jobs/{job}/targets", params={"probability_from": 0, "limit": 3})
    assert every.json()["total"] > found["total"]
    assert every.json()["targets"] == found["targets"][:3]
    wide: dict[str, str | float] = {"margin_min": 0.5, "polarity": "positive", "limit": 1}
    other = client.get(f"/api/v1/jobs/{job}/targets", params=wide).json()["targets"][0]
    assert other["window_high_min"] == pytest.approx(first["interval_high_min"] + 0.5)
    assert all(ion["charge"] > 0 for ion in other["ions"])


@pytest.mark.parametrize("name", LISTS)
def test_each_list_is_a_file_with_every_target(client: httpx.Client, job: str, name: str) -> None:
    answer = client.get(f"/api/v1/jobs/{job}/target-list", params={"format": name})
    assert answer.is_success, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    assert f"targets-{name}.csv" in answer.headers["content-disposition"]
    targets = client.get(f"/api/v1/jobs/{job}/targets").json()["targets"]
    lines = list(csv.reader(answer.text.splitlines()))[len(LISTS[name].above) :]
    assert len(lines) == sum(len(each["ions"]) for each in targets)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"format": "excel"}, "There is no list excel; use one of thermo"),
        ({"format": "skyline", "polarity": "both"}, "use negative or positive"),
        ({"format": "skyline", "probability_from": "2"}, "probability_from"),
        ({"format": "skyline", "margin_min": "-1"}, "margin_min"),
    ],
)
def test_a_wrong_choice_is_answered_with_what_to_write(
    client: httpx.Client, job: str, params: dict[str, str], said: str
) -> None:
    answer = client.get(f"/api/v1/jobs/{job}/target-list", params=params)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert said in answer.text


def test_a_person_s_decision_changes_the_targets(client: httpx.Client, job: str) -> None:
    def species(of: str) -> set[str]:
        every = client.get(f"/api/v1/jobs/{of}/targets", params={"probability_from": 0})
        return {each["name"] for each in every.json()["targets"]}

    rows = client.get(f"/api/v1/jobs/{job}/rows", params={"call": "true", "prefix": "GM1"})
    row = rows.json()["rows"][0]
    assert row["species"] not in species(job)
    refused = {"overrides": [{"row": row["row"], "call": "invalid", "reason": "carry-over"}]}
    version = client.post(f"/api/v1/jobs/{job}/refit", json=refused).json()["job_id"]
    assert finished(client, version)["status"] == "succeeded"
    assert row["species"] in species(version)


def test_the_page_shows_them_and_leads_to_the_lists(client: httpx.Client, job: str) -> None:
    client.get("/login", params={"token": TOKEN})
    assert f"/jobs/{job}/targets" in client.get(f"/jobs/{job}/result").text
    page = client.get(f"/jobs/{job}/targets", params={"probability_from": 0.75})
    target = client.get(f"/api/v1/jobs/{job}/targets").json()["targets"][0]
    assert f'<th scope="row">{target["name"]}</th>' in page.text
    assert f"Its ceramide is in {target['classes']} of {target['of_classes']}" in page.text
    for name in LISTS:
        assert f"target-list?format={name}&amp;polarity=negative&amp;probability_from=0.75" in (
            page.text
        )
    assert "No missing species is as likely as that" in (
        client.get(f"/jobs/{job}/targets", params={"probability_from": 1}).text
    )


def test_the_standards_to_buy_are_listed_by_the_api_and_the_page(
    client: httpx.Client, job: str
) -> None:
    found = client.get(f"/api/v1/jobs/{job}/standards").json()["standards"]
    assert [each["rank"] for each in found] == list(range(1, len(found) + 1))
    assert all(each["sd_after_min"] < each["sd_before_min"] for each in found)
    assert all(each["doubt_after"] < each["doubt_before"] for each in found)
    client.get("/login", params={"token": TOKEN})
    page = client.get(f"/jobs/{job}/targets").text
    assert f'<th scope="row">{found[0]["name"]}</th>' in page.split("Which standard to buy")[1]


def _without_its_model(server: Sialoscope, client: httpx.Client, name: str) -> tuple[str, Path]:
    """A job whose result has lost what it keeps of the model, and the folder of the result."""
    job = submit(client, example_table().head(40).write_csv().encode(), name)
    assert finished(client, job)["status"] == "succeeded"
    (model,) = server.data.rglob(f"*{job}*/**/model.msgpack")
    model.unlink()
    return job, model.parent


def test_a_result_that_an_older_version_stored_with_its_targets_is_read_as_it_is(
    server: Sialoscope, client: httpx.Client, job: str
) -> None:
    older, folder = _without_its_model(server, client, "with-targets.csv")
    analysis = analyze(_peaks(server, job), AnalysisSettings())
    targets_in(analysis).write_parquet(folder / "targets.parquet")
    standards_in(analysis).write_parquet(folder / "standards.parquet")
    for path in ("targets?probability_from=0", "targets?polarity=positive", "standards"):
        found, expected = (client.get(f"/api/v1/jobs/{of}/{path}").json() for of in (older, job))
        assert found == expected


def _peaks(server: Sialoscope, job: str) -> pl.DataFrame:
    (table,) = server.data.rglob(f"*{job}*.csv")
    return read_peak_table(table)


def test_a_result_of_an_older_version_says_to_run_it_again(
    server: Sialoscope, client: httpx.Client
) -> None:
    job, _ = _without_its_model(server, client, "older.csv")
    answer = client.get(f"/api/v1/jobs/{job}/targets")
    assert answer.status_code == httpx.codes.CONFLICT
    assert "Run the job again" in answer.json()["detail"]
    client.get("/login", params={"token": TOKEN})
    page = client.get(f"/jobs/{job}/targets")
    assert page.status_code == httpx.codes.OK
    assert "Run the job again" in page.text


def test_the_clients_read_them_and_write_lists(
    server: Sialoscope, job: str, tmp_path: Path
) -> None:
    with Client(server.url, TOKEN) as sialoscope:
        targets = sialoscope.targets(job, probability_from=0.6)
        standards = sialoscope.standards(job)
        path = sialoscope.target_list(job, tmp_path / "a.csv", kind="skyline", polarity="positive")
        with pytest.raises(RefusedError, match="There is no list"):
            sialoscope.target_list(job, tmp_path / "b.csv", kind="other")
    assert all(each["probability"] >= 0.6 for each in targets)
    assert "[M+H]" in path.read_text()

    async def same() -> tuple[object, object, Path]:
        async with AsyncSialoscope(server.url, TOKEN) as sialoscope:
            found = await sialoscope.targets(job, probability_from=0.6)
            path = tmp_path / "c.csv"
            bought = await sialoscope.standards(job)
            await sialoscope.target_list(job, path, kind="skyline", polarity="positive")
            return found, bought, path

    found, bought, other = asyncio.run(same())
    assert bought == standards
    assert found == targets
    assert other.read_text() == path.read_text()
