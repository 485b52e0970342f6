"""A finished job as files: each format holds all rows, and none does harm."""

import asyncio
import json
import re
from pathlib import Path

import httpx
import polars as pl
import pytest

from app.analysis.reporting.formats.formula_escape import escape_formula
from app.analysis.reporting.result import ROW_SCHEMA
from app.web.features.results.downloads.source import FORMATS
from tests.integration.api import finished, large_table, submit
from tests.servers import TOKEN, Sialoscope

HARMFUL = (
    b"Name,RT,Volume,m/z,Adduct\n"
    b"GM1(36:1;O2),10.1,1000,771.93,[M-2H]2-\n"
    b"GM3(36:1;O2),10.6,2000,1179.74,[M-H]-\n"
    b'"=HYPERLINK(""http://x"")",1.0,5,,\n'
    b"\";=cmd|' /C calc'!A0;\",1.1,5,,\n"
    b"\xef\xbc\x9d1+1,1.2,5,,\n"
)


@pytest.fixture(scope="module")
def job(server: Sialoscope) -> str:
    with server.client() as client:
        job_id = submit(client, HARMFUL, "=peäks of 2026.csv")
        assert finished(client, job_id)["status"] == "succeeded"
        return job_id


def export(client: httpx.Client, job: str, kind: str) -> httpx.Response:
    answer = client.get(f"/api/v1/jobs/{job}/export", params={"format": kind})
    assert answer.is_success, answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)
    return answer


def test_every_table_holds_every_row(client: httpx.Client, job: str) -> None:
    files = {kind: export(client, job, kind).content for kind in FORMATS}
    whole = json.loads(files["json"])
    tables = {
        "csv": pl.read_csv(files["csv"]),
        # The reader of JSON of Polars forgets the order of more than 32 columns.
        "json": pl.DataFrame(whole["rows"], infer_schema_length=None),
        "parquet": pl.read_parquet(files["parquet"]),
        "xlsx": pl.read_excel(files["xlsx"], sheet_name="rows", infer_schema_length=None),
    }
    for kind, table in tables.items():
        assert table.columns == list(ROW_SCHEMA), kind
        assert table.select("row", "call").rows() == tables["csv"].select("row", "call").rows()
    record = pl.read_excel(files["xlsx"], sheet_name="record")
    assert dict(record.rows())["job"] == job
    assert whole["record"]["job"] == job


def test_every_table_has_the_molecular_and_shorthand_names(client: httpx.Client) -> None:
    job = submit(client, b"Name,RT,Volume\nGM3(16:0),10.1,1000\nGM1(36:1;O2),10.2,2000\n")
    done = finished(client, job)
    assert done["status"] == "succeeded"
    files = {kind: export(client, job, kind).content for kind in ("csv", "json", "parquet", "xlsx")}
    tables = (
        pl.read_csv(files["csv"]),
        pl.DataFrame(json.loads(files["json"])["rows"], infer_schema_length=None),
        pl.read_parquet(files["parquet"]),
        pl.read_excel(files["xlsx"], sheet_name="rows"),
    )
    for table in tables:
        assert table.select("molecular_name", "shorthand_name").rows() == [
            ("GM3(18:1;O2/16:0)", "GM3 18:1;O2/16:0"),
            (None, "GM1 36:1;O2"),
        ]
    header = next(
        line for line in export(client, job, "mztab-m").text.splitlines() if line.startswith("SMH")
    )
    assert "\topt_global_molecular_name\topt_global_shorthand_name" in header


def test_a_formula_is_escaped_for_spreadsheets_and_kept_elsewhere(
    client: httpx.Client, job: str
) -> None:
    formula = '=HYPERLINK("http://x")'
    for kind in ("csv", "xlsx"):
        content = export(client, job, kind).content
        table = pl.read_csv(content) if kind == "csv" else pl.read_excel(content, sheet_name="rows")
        shown = [name for name in table["name"].to_list() + table["reason"].to_list() if name]
        assert {'\'=HYPERLINK("http://x")', ";'=cmd|' /C calc'!A0;", "'\uff1d1+1"} <= set(shown)
        assert [text for text in shown if escape_formula(text) != text] == []
    lines = pl.read_excel(export(client, job, "xlsx").content, sheet_name="record")
    assert dict(lines.rows())["input.file_name"] == "'=peäks of 2026.csv"
    reasons = pl.read_parquet(export(client, job, "parquet").content)["reason"].to_list()
    assert any(formula in reason or "formula" in reason for reason in reasons)


def test_names_that_were_escaped_stay_the_same_when_an_export_is_read_back(
    client: httpx.Client, job: str
) -> None:
    first = export(client, job, "csv").content
    again = submit(client, pl.read_csv(first).rename({"peak_area": "Volume"}).write_csv().encode())
    assert finished(client, again)["status"] == "succeeded"
    second = export(client, again, "csv").content
    assert pl.read_csv(second)["name"].to_list() == pl.read_csv(first)["name"].to_list()


def test_a_file_has_a_name_that_every_system_takes(client: httpx.Client, job: str) -> None:
    for kind, made in FORMATS.items():
        headers = export(client, job, kind).headers
        charset = "; charset=utf-8" if made.media_type.startswith("text/") else ""
        assert headers["content-type"] == made.media_type + charset
        header = headers["content-disposition"]
        found = re.fullmatch(
            r"(inline|attachment); filename=\"([A-Za-z0-9._-]+)\"; filename\*=UTF-8''([\w%.~-]+)",
            header,
        )
        assert found, header
        assert found[1] == ("inline" if kind == "html" else "attachment")
        content = f"-{made.content}" if made.content else ""
        which = f"{job[:8]}-v1{content}.{made.suffix}"
        assert found[2] == f"sialoscope-pe-ks-of-2026-{which}"
        assert found[3].endswith(f"-{which}")


def test_mz_of_the_table_reaches_mztab(client: httpx.Client, job: str) -> None:
    lines = [line.split("\t") for line in export(client, job, "mztab-m").text.splitlines()]
    kinds = [line[0] for line in lines]
    assert {"MTD", "SMH", "SML", "SFH", "SMF", "SEH", "SME"} <= set(kinds)
    rows = pl.read_csv(export(client, job, "csv").content)
    assert kinds.count("SME") == (rows["call"] == "true").sum() > 0


def test_the_report_stands_alone_and_runs_nothing(client: httpx.Client, job: str) -> None:
    answer = export(client, job, "html")
    policy = answer.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "default-src 'none'; style-src 'sha256-" in policy
    assert answer.text.count("<svg") == 2
    assert not re.search(r"<script|<link|<img|src=|style=|@import|url\(", answer.text)
    assert "=peäks of 2026.csv" in answer.text


def test_page_report_and_api_tell_the_share_of_wrong_labels(client: httpx.Client) -> None:
    many = submit(client, large_table(copies=1))
    rate = finished(client, many)["summary"]["false_discovery_rate"]
    client.get("/login", params={"token": TOKEN})

    for text in (client.get(f"/jobs/{many}/result").text, export(client, many, "html").text):
        assert f"about {100 * rate:.1f} % are expected to have a wrong label (" in text
        assert "Too few rows are confirmed" not in text


def test_page_report_and_api_say_that_too_few_rows_are_confirmed(client: httpx.Client) -> None:
    few = submit(client, b"Name,RT,Volume\nGM3(36:1;O2),10.6,90000\nGM3(38:1;O2),12.1,80000\n")
    summary = finished(client, few)["summary"]
    client.get("/login", params={"token": TOKEN})

    assert summary["counts"]["true"] > 0
    assert summary["false_discovery_rate"] is None
    page = client.get(f"/jobs/{few}/result").text
    for text in (page, export(client, few, "html").text):
        assert "Too few rows are confirmed to estimate how many" in text
        assert "expected to have a wrong label (" not in text
    assert re.search(r"confirmed rows have at least 0[.0]*\.", page)


def test_an_unknown_format_and_an_unfinished_job_are_reported(
    client: httpx.Client, job: str
) -> None:
    answer = client.get(f"/api/v1/jobs/{job}/export", params={"format": "doc"})
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert answer.json()["detail"] == (
        "There is no format doc; use one of csv, xlsx, json, parquet, mztab-m, html, "
        "quantities-xlsx, quantities-csv, quantities-parquet, publication, citation, bibtex."
    )
    failed = submit(client, b"Name,RT,Volume\ncholesterol,1,1\n")
    assert finished(client, failed)["status"] == "failed"
    answer = client.get(f"/api/v1/jobs/{failed}/export")
    assert answer.status_code == httpx.codes.CONFLICT
    assert client.get("/api/v1/jobs/none/export").status_code == httpx.codes.NOT_FOUND


def test_some_rows_are_exported_by_the_filter_of_the_table(client: httpx.Client, job: str) -> None:
    which = {"ranges": "rt_min:9:11", "call": "true"}
    wanted = client.get(f"/api/v1/jobs/{job}/rows", params=which).json()["rows"]
    numbers = [row["row"] for row in wanted]
    assert numbers
    found = {}
    for kind in ("csv", "json", "parquet", "xlsx"):
        answer = client.get(f"/api/v1/jobs/{job}/export", params=which | {"format": kind})
        assert f"-filtered.{kind}" in answer.headers["content-disposition"]
        found[kind] = answer.content
    assert pl.read_csv(found["csv"])["row"].to_list() == numbers
    assert pl.read_parquet(found["parquet"])["row"].to_list() == numbers
    assert pl.read_excel(found["xlsx"], sheet_name="rows")["row"].to_list() == numbers
    whole = json.loads(found["json"])
    assert [row["row"] for row in whole["rows"]] == numbers
    assert whole["record"]["rows_exported"] == {"rows": len(numbers), "filter": which}
    refused = client.get(f"/api/v1/jobs/{job}/export", params=which | {"format": "mztab-m"})
    assert refused.status_code == httpx.codes.BAD_REQUEST
    assert "describes the whole run" in refused.json()["detail"]


def test_a_large_export_leaves_the_web_free_and_no_file_behind(
    client: httpx.Client, server: Sialoscope
) -> None:
    large = submit(client, large_table(copies=300))
    finished(client, large)

    async def work() -> int:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=120) as together:
            address = f"/api/v1/jobs/{large}/export"
            making = asyncio.create_task(together.get(address, params={"format": "xlsx"}))
            answers = 0
            while not making.done():
                answers += (await together.get("/health/live")).is_success
                await asyncio.sleep(0.05)
            assert (await making).is_success
            return answers

    assert asyncio.run(work()) > 10
    storage = Path(server.data) / "storage"
    assert {path.name for path in storage.iterdir()} <= {
        *("exports", "kept", "logs", "results", "uploads")
    }
    assert list(storage.glob("exports/*.partial")) == []


def test_the_downloads_of_the_page_are_all_the_formats(client: httpx.Client, job: str) -> None:
    client.get("/login", params={"token": TOKEN})
    page = client.get(f"/jobs/{job}/result").text
    offered = re.findall(rf'href="/api/v1/jobs/{job}/export\?format=([\w-]+)"', page)
    assert sorted(offered) == sorted(FORMATS)
