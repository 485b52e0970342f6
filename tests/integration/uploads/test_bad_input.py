"""Bad tables through the real upload: always a sentence, never a lost upload."""

import httpx
import pytest

from tests.integration.api import SMALL, finished, submit
from tests.servers import Sialoscope

HEADER = "Name,RT,Volume,Log P,Anchor\n"
ROW = "GM1(36:1;O2),10.1,1000,4.0,T\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\n \n", "The file is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a table of text"),
        (b"%PDF-1.4 hello", "not a table of text"),
        (b"Name,Volume\nGM1(36:1;O2),5\n", "lacks the column RT"),
        (b"x,y\n1,2\n", "lacks the columns Name, RT, Volume"),
        (HEADER.encode(), "a header but no rows"),
        (b"Name,RT,Volume\nnonsense,1,2\nGM1(36:1;O2),,\n", "None of the 2 rows can be used"),
    ],
)
def test_a_table_that_cannot_be_used_fails_with_a_sentence(
    client: httpx.Client, server: Sialoscope, content: bytes, sentence: str
) -> None:
    job_id = submit(client, content)
    job = finished(client, job_id)
    assert job["status"] == "failed"
    assert sentence in job["message"]
    assert list((server.data / "storage" / "uploads").glob(f"{job_id}*"))


def test_an_empty_file_is_refused_at_once(client: httpx.Client) -> None:
    answer = client.post("/api/v1/jobs", files={"file": ("peaks.csv", b"")})
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "peaks.csv is empty" in answer.json()["detail"]


def test_a_request_without_a_file_says_what_to_send(client: httpx.Client) -> None:
    other = client.post("/api/v1/jobs", files={"other": ("peaks.csv", SMALL)})
    none = client.post("/api/v1/jobs", files={"priority": (None, "normal")})
    assert {other.status_code, none.status_code} == {httpx.codes.BAD_REQUEST}
    assert "There is no field other. The form takes file, " in other.json()["detail"]
    assert "form field named file" in none.json()["detail"]


def test_a_file_over_the_limit_is_refused_with_the_limit(client: httpx.Client) -> None:
    too_large = HEADER.encode() + ROW.encode() * 1_500_000
    answer = client.post("/api/v1/jobs", files={"file": ("large.csv", too_large)})
    assert answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert "40 MB" in answer.json()["detail"]


@pytest.mark.parametrize(
    "content",
    [
        (HEADER + ROW).encode("utf-8-sig"),
        (HEADER + ROW).encode("utf-16"),
        (HEADER + ROW + "Gehirn für Müller,1,2,3,F\n").encode("latin-1"),
        (HEADER + ROW).replace(",", ";").encode(),
        (HEADER + ROW).replace(",", "\t").encode(),
        (HEADER + ROW).replace(",", ";").replace(".", ",").encode(),
        (HEADER + ROW).replace("\n", "\r\n").encode(),
    ],
    ids=["bom", "utf-16", "latin-1", "semicolons", "tabs", "decimal commas", "windows"],
)
def test_tables_of_every_origin_are_read(client: httpx.Client, content: bytes) -> None:
    job_id = submit(client, content)
    assert finished(client, job_id)["status"] == "succeeded"
    row = client.get(f"/api/v1/jobs/{job_id}/rows").json()["rows"][0]
    assert (row["name"], row["rt_min"], row["log_p"]) == ("GM1(36:1;O2)", 10.1, 4.0)
    assert row["anchor"]


def test_rows_that_cannot_be_used_stay_with_their_reason(client: httpx.Client) -> None:
    rows = [
        ("GM1(36:1;O2),10.1,1000", "true"),
        ("GM1(36:1;O2),NaN,1000", "RT is NaN, which is not a finite number."),
        ("GM1(36:1;O2),10.1,inf", "Volume is inf, which is not a finite number."),
        ("GM1(36:1;O2),=1+9,1000", "RT holds the formula =1+9"),
        ('"=HYPERLINK(""http://evil.test"")",10.1,1000', "Name holds the formula"),
        (",10.1,1000", "Name is missing."),
        ("PC(34:1),10.1,1000", "is not a ganglioside name"),
        ("GM1(36:1;O2),10.1,1000", "This row repeats row 1"),
        ("GM1(36:1;O2),10.1,1000,9,9", "more cells than the header"),
    ]
    table = "Name,RT,Volume\n" + "".join(f"{row}\n" for row, _ in rows)
    job_id = submit(client, table.encode())
    assert finished(client, job_id)["status"] == "succeeded"
    found = client.get(f"/api/v1/jobs/{job_id}/rows").json()["rows"]
    assert len(found) == len(rows)
    for row, (_, expected) in zip(found[1:], rows[1:], strict=True):
        assert row["call"] == "invalid"
        assert expected in row["reason"]


def test_a_download_holds_no_cell_that_a_spreadsheet_runs(
    client: httpx.Client, server: Sialoscope
) -> None:
    table = SMALL + b"=1+1,10.1,1000\n"
    job_id = submit(client, table)
    finished(client, job_id)
    export = f"/api/v1/jobs/{job_id}/export"
    text = client.get(export, params={"format": "csv"}).text
    assert "'=1+1" in text
    assert "\n3,,=1+1" not in text
    assert client.get(export, params={"format": "json"}).json()["rows"][2]["name"] == "=1+1"
    assert server.is_ready()
