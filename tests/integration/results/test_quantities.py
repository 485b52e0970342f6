"""Quantities over HTTP: the API, the files, and what a wrong amount is answered."""

import html
import re
from pathlib import Path

import httpx
import polars as pl
import pytest

from app.analysis.quantities.totals import LEVELS
from tests.integration.api import finished, large_table, submit
from tests.servers import TOKEN, Sialoscope

TABLE = (
    b"Name,RT,Volume,Sample,Anchor\n"
    b"GM1(36:1;O2),10.1,3000,A,T\nGM3(36:1;O2),10.6,2000,A,T\n"
    b"GM3(36:1;O2)-d3,10.6,1000,A,F\n"
    b"GM1(36:1;O2),10.1,6000,B,T\nGM3(36:1;O2),10.6,2000,B,T\n"
)
STANDARD = "GM3(36:1;O2)-d3 = 50"


@pytest.fixture(scope="module")
def job(server: Sialoscope) -> str:
    with server.client() as client:
        job_id = submit(client, TABLE, "with standards.csv")
        assert finished(client, job_id)["status"] == "succeeded"
        return job_id


def test_the_api_lists_species_totals_and_what_is_unknown(client: httpx.Client, job: str) -> None:
    answer = client.get(
        f"/api/v1/jobs/{job}/quantities",
        params={"standard": STANDARD, "isotopes": "as_measured", "by": "category", "limit": 2},
    )
    assert answer.is_success, answer.text
    found = answer.json()

    assert found["total"] == 4
    assert [each["species"] for each in found["species"]] == ["GM1(36:1;O2)", "GM3(36:1;O2)"]
    gm1, gm3 = found["species"]
    assert (gm1["pmol"], gm3["pmol"], gm3["mol_percent"]) == (None, 100, 100)
    assert (gm1["area_percent"], gm3["standards"]) == (60, ["GM3(36:1;O2)-d3"])
    assert [(each["group"], each["pmol"]) for each in found["totals"]] == [("GM", None)] * 2
    assert found["standards"][0]["classes"] == ["GM3"]
    assert any("No standard with an amount: GM1" in note for note in found["notes"])


@pytest.mark.parametrize("level", LEVELS)
def test_the_page_and_the_api_have_the_totals_of_every_level(
    client: httpx.Client, job: str, level: str
) -> None:
    page = client.get(f"/jobs/{job}/quantities", params={"by": level, "wait": "true"})
    assert page.is_success, page.text
    found = client.get(f"/api/v1/jobs/{job}/quantities", params={"by": level})
    assert {each["missing"] for each in found.json()["totals"]} == {None}


def test_a_total_that_lacks_a_species_says_so_in_the_api_and_in_files(client: httpx.Client) -> None:
    without = TABLE.replace(b"GM1(36:1;O2),10.1,6000,B,T\n", b"")
    job_id = submit(client, without, "a species less.csv")
    assert finished(client, job_id)["status"] == "succeeded"

    found = client.get(f"/api/v1/jobs/{job_id}/quantities", params={"by": "category"}).json()
    sheets = pl.read_excel(
        client.get(f"/api/v1/jobs/{job_id}/export", params={"format": "quantities-xlsx"}).content,
        sheet_id=0,
    )

    lacking = [each["missing"] for each in found["totals"]]
    assert lacking == [None, ["GM1(36:1;O2)"]]
    of_category = sheets["totals"].filter(pl.col("level") == "category")
    assert of_category["missing"].to_list() == [None, "GM1(36:1;O2)"]


def test_the_files_have_the_quantities_with_the_standards(client: httpx.Client, job: str) -> None:
    def read(kind: str, **amounts: str) -> bytes:
        params = {"format": f"quantities-{kind}", **amounts}
        answer = client.get(f"/api/v1/jobs/{job}/export", params=params)
        assert answer.is_success, answer.text
        return answer.content

    with_standard = pl.read_csv(read("csv", standard=STANDARD))
    assert with_standard["pmol"].drop_nulls().to_list() == pytest.approx([100], rel=1e-3)
    assert pl.read_csv(read("csv"))["pmol"].null_count() == 4
    sheets = pl.read_excel(read("xlsx", standard=STANDARD), sheet_id=0)
    assert list(sheets) == ["species", "totals", "standards", "notes", "record"]
    assert sheets["standards"]["pmol"].to_list() == [50]
    assert set(sheets["totals"]["level"]) == {*LEVELS} - {"species"}


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"standard": "GM3-d3"}, "is not the amount of a standard"),
        ({"standard": "GM3-d3 = 1\nGM3-d3 = 2"}, "GM3-d3 has two amounts"),
        ({"isotopes": "no"}, "use one of corrected, as_measured"),
        ({"by": "colour"}, "use one of category, class"),
    ],
)
def test_a_wrong_choice_is_answered_with_what_to_write(
    client: httpx.Client, job: str, params: dict[str, str], said: str
) -> None:
    answer = client.get(f"/api/v1/jobs/{job}/quantities", params=params)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert said in answer.json()["detail"]


def test_the_composition_of_a_result_leaves_out_what_was_entered(
    client: httpx.Client, job: str
) -> None:
    client.get("/login", params={"token": TOKEN})
    shown = {"plot": "composition", "standard": "GM1(36:1;O2) =\nGM3(1:1) = 5"}
    page = client.get(f"/jobs/{job}/result", params=shown)
    assert page.status_code == httpx.codes.OK
    assert "GM1(36:1;O2) is a standard because you entered it" in page.text
    assert "No row has the name of this standard: GM3(1:1)." in page.text
    onward = re.search(r'href="(/jobs/\w+/quantities\?standard=[^"]+)"', page.text)
    assert onward
    quantities = client.get(html.unescape(onward[1])).text
    assert "GM1(36:1;O2) is a standard because you entered it" in quantities
    back = re.search(r'href="(/jobs/\w+/result\?standard=[^"]+)"', quantities)
    assert back
    assert "because you entered it" in client.get(html.unescape(back[1])).text
    one = client.get(f"/jobs/{job}/quantities", params={"by": "isomer", "only": "gm3"}).text
    assert re.findall(r'<td>([AB])</td><th scope="row">(\w+)', one) == [("A", "GM3"), ("B", "GM3")]
    none = client.get(f"/jobs/{job}/quantities", params={"by": "class", "only": "GD1a"}).text
    assert "No class contains “GD1a”; GD1a and GD1b are isomers" in none
    refused = client.get(f"/jobs/{job}/result", params=shown | {"standard": "GM1"})
    assert refused.status_code == httpx.codes.BAD_REQUEST
    assert "is not the amount of a standard" in refused.text


def test_a_name_that_no_total_has_leads_to_the_totals_that_have_it(
    client: httpx.Client, job: str
) -> None:
    client.get("/login", params={"token": TOKEN})
    none = client.get(f"/jobs/{job}/quantities", params={"by": "category", "only": "gm3(36"}).text
    (link,) = re.findall(r'No category contains “gm3\(36”, but <a href="([^"]+)">', none)
    found = client.get(f"/jobs/{job}/quantities{html.unescape(link)}").text
    named = re.findall(r'<td>([AB])</td><th scope="row">([^<]+)', found)
    assert named == [("A", "GM3(36:1;O2)"), ("B", "GM3(36:1;O2)")]


def test_a_total_that_lacks_a_species_of_another_sample_says_so(client: httpx.Client) -> None:
    client.get("/login", params={"token": TOKEN})
    table = TABLE.replace(b"-d3", b"").replace(b"GM3(36:1;O2),10.6,2000,B,T\n", b"")
    job = submit(client, table)
    finished(client, job)
    page = client.get(f"/jobs/{job}/quantities", params={"by": "category"}).text
    assert "1 total is incomplete: it lacks species that are confirmed in another sample" in page
    assert re.findall(r'title="Incomplete: without ([^"]+)"', page) == ["GM3(36:1;O2)"]


def test_those_of_many_rows_are_made_by_a_process_while_the_page_says_so(
    server: Sialoscope, client: httpx.Client
) -> None:
    job = submit(client, large_table(copies=72), "large.csv")
    assert finished(client, job)["status"] == "succeeded"
    client.get("/login", params={"token": TOKEN})
    waiting = client.get(f"/jobs/{job}/quantities", params={"by": "category"})
    assert "rows are being computed" in waiting.text
    assert "Totals by" not in waiting.text

    awaited = client.get(f"/jobs/{job}/quantities", params={"by": "category", "wait": "true"})
    assert "Totals by" in awaited.text
    assert "rows are being computed" not in awaited.text
    assert list(Path(server.data).glob(f"storage/exports/{job}/*/*quantities-parquet.parquet"))
    assert "Totals by" in client.get(f"/jobs/{job}/quantities").text
    found = client.get(f"/api/v1/jobs/{job}/quantities", params={"limit": 1}).json()
    assert found["species"][0]["total_area"] > 0
    assert found["standards"] == []


def test_a_format_without_quantities_refuses_standards(client: httpx.Client, job: str) -> None:
    params = {"format": "csv", "standard": STANDARD}
    answer = client.get(f"/api/v1/jobs/{job}/export", params=params)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "The format csv has no quantities" in answer.json()["detail"]
