"""What is uploaded, named or asked with intent: it reaches neither headers nor other files."""

import io
import re
import zipfile

import httpx
import pytest

from app.jobs.upload_files import LONGEST_FILE_NAME
from tests.integration.api import SMALL, events, finished, submit
from tests.page_forms import send
from tests.people import Person, log_in
from tests.servers import TOKEN, Sialoscope

FORMATS_TAKEN = "CSV, TSV, XLSX, XLS, XLSB, ODS or Parquet"
EXPECTED_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


def a_zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("peaks.csv", SMALL)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x7fELF\x02\x01\x01" + bytes(100), "a program"),
        (b"MZ\x90\0" + bytes(100), "a program"),
        (b"#!/bin/sh\nrm -rf /\n", "a script"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n" + bytes(9), "a PNG image"),
        (b"GIF89a" + bytes(9), "a GIF image"),
        (b"<!doctype html><script>alert(1)</script>", "a web page or XML"),
        (b"\x1f\x8b\x08" + bytes(9), "a gzip archive"),
        (b"BZh91AY&SY", "a bzip2 archive"),
        (b"\x28\xb5\x2f\xfd" + bytes(9), "a zstd archive"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
            "an XLS workbook that is damaged",
        ),
        (b"SQLite format 3\0" + bytes(99), "a database"),
    ],
)
def test_a_file_of_another_kind_is_named_with_the_formats_that_are_taken(
    client: httpx.Client, content: bytes, kind: str
) -> None:
    message = finished(client, submit(client, content, "peaks.csv"))["message"]
    assert kind in message
    assert FORMATS_TAKEN in message


def test_a_zip_archive_is_no_workbook(client: httpx.Client) -> None:
    message = finished(client, submit(client, a_zip(), "peaks.xlsx"))["message"]
    assert "The file is a ZIP archive and no workbook (XLSX, XLSB or ODS)." in message


def test_a_name_that_promises_something_else_is_reported(client: httpx.Client) -> None:
    job = finished(client, submit(client, SMALL, "peaks.xlsx"))
    received = [warning["message"] for warning in job["summary"]["warnings"]]
    assert "The name of the file ends in .xlsx, but it is a table of text and was read as one." in (
        received
    )


HOSTILE_NAMES = (
    *("../../../etc/cron.d/x.csv", "..\\..\\windows\\x.csv", "/etc/passwd", "..", "a\0b.csv"),
    *("a\r\nSet-Cookie: session=evil\r\n\r\n.csv", "\u202egnp.csv", "x" * 1_000 + ".csv"),
)


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
def test_a_name_of_a_file_is_a_label_and_nothing_else(
    client: httpx.Client, server: Sialoscope, name: str
) -> None:
    job_id = submit(client, SMALL, name)
    job = finished(client, job_id)
    assert job["status"] == "succeeded"
    assert job["file_name"].isprintable()
    assert "/" not in job["file_name"]
    assert len(job["file_name"]) <= LONGEST_FILE_NAME
    uploads = server.data / "storage" / "uploads"
    (kept,) = uploads.glob(f"{job_id}*")
    assert kept.read_bytes() == SMALL
    for kind in ("csv", "mztab-m", "html"):
        answer = client.get(f"/api/v1/jobs/{job_id}/export", params={"format": kind})
        assert "set-cookie" not in answer.headers
        file_name = re.search(r'filename="([^"]*)"', answer.headers["content-disposition"])
        assert file_name
        assert re.fullmatch(r"sialoscope-[\w.-]+", file_name[1])


def test_a_name_without_end_is_reported(client: httpx.Client) -> None:
    answer = client.post("/api/v1/jobs", files={"file": ("x" * 100_000, SMALL)})
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "Names of files must be short." in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/api/v1/jobs?search=%00", "/api/v1/jobs/a%00b", "/jobs/%00"])
def test_a_nul_in_an_address_is_refused_in_a_sentence(pages: httpx.Client, path: str) -> None:
    pages.headers["Authorization"] = f"Bearer {TOKEN}"
    answer = pages.get(path)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "the character NUL" in answer.text


def test_a_nul_in_a_form_or_in_json_is_refused_in_a_sentence(
    shared_server: Sialoscope, ada: Person
) -> None:
    with httpx.Client(base_url=shared_server.url, timeout=60) as nobody:
        received = [log_in(nobody, "a\0", "x"), send(nobody, "/forgotten", name="a\0@b.example")]
    with ada.program("submit", "manage") as program:
        shares = f"/api/v1/jobs/{submit(program, SMALL)}/shares"
        by_name = program.put(shares, json={"name": "a\0", "may": "view"})
    assert [answer.status_code for answer in (*received, by_name)] == [400] * 3
    assert all("the character NUL" in answer.text for answer in received)


def test_texts_of_a_table_begin_no_event_of_their_own(client: httpx.Client) -> None:
    evil = '"a\n\nevent: complete\ndata: {}\nid: 9-9"'
    table = b"Name,RT,Volume,sample\n" + f"GM1(36:1;O2),10.1,1000,{evil}\n".encode() * 3
    job_id = submit(client, table, "a\nevent: error.csv")
    heard = [event.event for event in events(client, job_id)]
    assert heard.count("complete") == 1
    assert set(heard) <= {"connected", "snapshot", "progress", "log", "rule", "complete"}


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/login", "/jobs", "/no-such-page", "/static/app.css", "/health/live"),
        *("/api/v1/jobs", "/api/v1/jobs/none", "/api/docs", "/api/docs/openapi.json"),
    ],
)
def test_every_answer_keeps_to_itself(pages: httpx.Client, path: str) -> None:
    headers = pages.get(path).headers
    for name, value in EXPECTED_HEADERS.items():
        assert headers[name] == value
    policy = headers["content-security-policy"]
    for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert "unsafe" not in policy


def test_what_is_a_users_own_is_kept_by_no_browser_and_no_proxy(
    pages: httpx.Client, client: httpx.Client
) -> None:
    job_id = submit(client, SMALL)
    finished(client, job_id)
    own = [
        f"/jobs/{job_id}",
        f"/jobs/{job_id}/result",
        f"/jobs/{job_id}/rows/1",
        "/jobs",
        "/tokens",
    ]
    shown = [pages.get(path) for path in own]
    api = f"/api/v1/jobs/{job_id}"
    sent = [client.get(path) for path in (api, f"{api}/rows", f"{api}/export?format=csv")]
    for answer in (*shown, *sent, client.get("/api/v1/jobs/none")):
        assert answer.headers["cache-control"] == "no-store", answer.url
    assert pages.get("/static/app.css").headers.get("cache-control") != "no-store"


def test_no_script_reads_the_session_and_no_other_site_sends_it(server: Sialoscope) -> None:
    answer = httpx.get(f"{server.url}/login", params={"token": TOKEN}, timeout=60)
    (cookie,) = [it for it in answer.headers.get_list("set-cookie") if it.startswith("session=")]
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()


def test_a_form_without_its_token_is_refused(pages: httpx.Client) -> None:
    assert pages.post("/jobs", data={"upload": "x"}).status_code == httpx.codes.FORBIDDEN
    assert pages.post("/jobs/api/cancel").status_code == httpx.codes.FORBIDDEN
