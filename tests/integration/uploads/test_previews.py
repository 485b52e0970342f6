"""Uploads that are looked at before they become jobs, as a browser without JavaScript does it."""

import asyncio
import os
import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.datastructures import UploadFile
from redis.asyncio import Redis

from app.jobs.errors import UploadError
from app.storage import Folder
from app.web.features.uploads.pending_uploads import PendingUploads
from tests.integration.api import SMALL, finished, submit
from tests.page_forms import csrf_token, send, started, uploads_in
from tests.servers import Sialoscope

ODD_HEADERS = b"what,when,H\nGM1(36:1;O2),10.1,1000\nGM3(36:1;O2),10.6,2000\n"
MZMINE = (
    b"row ID,row m/z,row retention time,row identity (main ID),a Peak area,b Peak area\n"
    b"1,1,10.1,GM1(36:1;O2),1000,1100\n2,2,10.6,GM3(36:1;O2),2000,0\n"
)


def kept_files(server: Sialoscope) -> set[str]:
    return {path.stem for path in (server.data / "storage" / "kept").glob("*")}


def landed(page: httpx.Response) -> str:
    assert page.is_success, page.text
    return page.url.raw_path.decode()


def test_an_upload_is_looked_at_and_started_without_being_sent_again(
    pages: httpx.Client, client: httpx.Client, server: Sialoscope
) -> None:
    page = send(pages, "/preview", ("peaks.csv", SMALL), rt_tolerance="0.2")
    assert page.url.path == "/preview"
    assert "GM1(36:1;O2)" in page.text
    assert 'value="0.2"' in page.text
    (upload,) = uploads_in(page)
    assert upload in kept_files(server)
    job = finished(client, started(send(pages, "/jobs", upload=upload, rt_tolerance="0.2")))
    assert (job["status"], job["file_name"]) == ("succeeded", "peaks.csv")
    assert (job["settings"]["rt_tolerance"], job["upload_bytes"]) == (0.2, len(SMALL))
    assert upload not in kept_files(server)


def test_an_upload_that_is_started_twice_is_one_job(
    pages: httpx.Client, client: httpx.Client
) -> None:
    (upload,) = uploads_in(send(pages, "/preview", ("peaks.csv", SMALL)))
    first = started(send(pages, "/jobs", upload=upload))
    assert started(send(pages, "/jobs", upload=upload)) == first
    again = pages.get("/preview", params={"upload": upload})
    assert again.status_code == httpx.codes.BAD_REQUEST
    assert "it was started" in again.text
    client.delete(f"/api/v1/jobs/{first}")
    assert "it was started" in send(pages, "/jobs", upload=upload).text


def test_files_that_are_one_cohort_become_one_job_with_the_columns_of_each(
    pages: httpx.Client, client: httpx.Client, server: Sialoscope
) -> None:
    page = send(pages, "/preview", ("a.csv", SMALL), ("b.csv", ODD_HEADERS), together="cohort")
    assert 'value="cohort" checked' in page.text
    first, second = uploads = uploads_in(page)
    columns = {"name": "what", "rt": "when", "volume": "H"}
    form: dict[str, str | list[str]] = {
        f"{second}.{role}_column": header for role, header in columns.items()
    }
    form |= {"upload": uploads, "together": "cohort", "cohort_name": "Two organs"}
    job = finished(client, started(send(pages, "/jobs", **form)))
    assert job["status"] == "succeeded", job["message"]
    assert job["file_name"] == "Two organs.zip"
    assert [file["mapping"] for file in job["files"]] == [{}, columns]
    rows = client.get(f"/api/v1/jobs/{job['id']}/rows").json()["rows"]
    assert [row["sample"] for row in rows] == ["a", "a", "b", "b"]
    assert not {first, second} & kept_files(server)
    assert started(send(pages, "/jobs", **form)) == job["id"]
    other = send(pages, "/jobs", **form | {f"{second}.name_column": "H"})
    assert "choose them again" in other.text


def test_files_that_are_jobs_of_their_own_have_a_page_of_their_batch(
    pages: httpx.Client, client: httpx.Client
) -> None:
    uploads = uploads_in(send(pages, "/preview", ("one.csv", SMALL), ("two.csv", SMALL)))
    address = landed(send(pages, "/jobs", upload=uploads))
    assert re.fullmatch(r"/jobs\?batch=[0-9a-f]{32}", address)
    assert landed(send(pages, "/jobs", upload=uploads)) == address
    jobs = client.get(f"/api/v1{address}").json()["jobs"]
    assert {job["file_name"] for job in jobs} == {"one.csv", "two.csv"}
    for job in jobs:
        finished(client, job["id"])
    shown = pages.get(address).text
    assert "Batch of 2 files" in shown
    assert "2 of 2 files ended." in shown
    assert shown.count('id="job-') == len(jobs)
    nobodys = pages.get("/jobs?batch=none")
    assert "Batch of 0 files" in nobodys.text


def test_an_upload_that_is_started_again_by_other_settings_is_a_rerun(
    pages: httpx.Client, client: httpx.Client
) -> None:
    (upload,) = uploads_in(send(pages, "/preview", ("peaks.csv", SMALL)))
    first = started(send(pages, "/jobs", upload=upload))
    second = started(send(pages, "/jobs", upload=upload, rt_tolerance="0.2"))
    rerun = finished(client, second)
    assert (rerun["rerun_of"], rerun["settings"]["rt_tolerance"]) == (first, 0.2)


def test_the_columns_that_were_chosen_go_with_the_job_and_its_reruns(
    pages: httpx.Client, client: httpx.Client
) -> None:
    # A header of its own: choices are kept for the next table with the same columns.
    page = send(pages, "/preview", ("peaks.csv", ODD_HEADERS.replace(b"H", b"h")))
    assert "lacks the columns RT, Volume" in page.text
    (upload,) = uploads_in(page)
    columns = {"name": "what", "rt": "when", "volume": "h"}
    fields = {f"{upload}.{role}_column": header for role, header in columns.items()}
    again = send(pages, "/preview", upload=upload, **fields)
    assert "lacks the column" not in again.text
    assert again.text.count(" selected>") == len(columns) + 4  # data type, notation, priority
    job = finished(client, started(send(pages, "/jobs", upload=upload, **fields)))
    assert (job["status"], job["mapping"]) == ("succeeded", columns)
    answer = client.post(f"/api/v1/jobs/{job['id']}/rerun", json={"rt_tolerance": 0.2})
    rerun = finished(client, answer.json()["job_id"])
    assert (rerun["status"], rerun["mapping"]) == ("succeeded", columns)


def test_many_files_are_a_job_each(pages: httpx.Client, client: httpx.Client) -> None:
    page = send(pages, "/preview", ("a.csv", SMALL), ("b.csv", MZMINE))
    uploads = uploads_in(page)
    assert len(uploads) == 2
    assert "a table of MZmine" in page.text
    form = {"_csrf_token": csrf_token(pages), "upload": uploads}
    assert pages.post("/jobs", data=form).url.path == "/jobs"
    jobs = client.get("/api/v1/jobs", params={"limit": 2}).json()["jobs"]
    assert {job["file_name"] for job in jobs} == {"a.csv", "b.csv"}
    assert all(finished(client, job["id"])["status"] == "succeeded" for job in jobs)


def test_too_many_files_are_reported(pages: httpx.Client) -> None:
    answer = send(pages, "/preview", *[(f"{number}.csv", SMALL) for number in range(21)])
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "These are 21 files; choose at most 20 at a time." in answer.text


@pytest.mark.parametrize(
    ("path", "form", "sentence"),
    [
        ("/preview", {}, "Choose a peak table first."),
        ("/jobs", {}, "Choose a peak table first."),
        ("/jobs", {"upload": "0" * 32}, "The uploaded table is no longer kept"),
        ("/preview", {"upload": "../jobs"}, "The uploaded table is no longer kept"),
        ("/jobs", {"upload": "x", "rt_tolerance": "9"}, "rt_tolerance is 9; it must lie between"),
        ("/jobs", {"upload": "x", "rt_tolerance": "wide"}, "The settings cannot be used"),
    ],
)
def test_a_form_that_cannot_be_used_is_reported(
    pages: httpx.Client, path: str, form: dict[str, str], sentence: str
) -> None:
    answer = send(pages, path, **form)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert sentence in answer.text


def test_an_empty_file_is_reported_and_leaves_nothing(
    pages: httpx.Client, server: Sialoscope
) -> None:
    before = kept_files(server)
    answer = send(pages, "/preview", ("empty.csv", b""))
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "empty.csv is empty" in answer.text
    assert kept_files(server) == before


@pytest.mark.usefixtures("sqlite_file")
def test_an_upload_is_its_owners_alone(tmp_path: Path, broker_url: str) -> None:
    async def work() -> None:
        async with Redis.from_url(broker_url) as redis:
            uploads = PendingUploads(redis, Folder(tmp_path))
            file = UploadFile("text/csv", "peaks.csv", SMALL)
            kept = await uploads.keep(file, owner="ada")
            await file.close()
            assert await uploads.get(kept.id, owner="ada") == kept
            with pytest.raises(UploadError):
                await uploads.get(kept.id, owner="bob")

    asyncio.run(work())


def test_uploads_that_nobody_started_are_swept_after_a_day(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    for name, hours_ago in (("old.csv", 25), ("new.csv", 23)):
        (kept / name).touch()
        then = time.time() - hours_ago * 3600
        os.utime(kept / name, (then, then))
    Folder(tmp_path).delete_abandoned()
    assert [path.name for path in kept.iterdir()] == ["new.csv"]


def test_the_api_takes_the_columns_with_the_file(client: httpx.Client) -> None:
    job_id = submit(client, ODD_HEADERS, name_column="what", rt_column="when", volume_column="H")
    job = finished(client, job_id)
    assert job["status"] == "succeeded"
    assert job["mapping"] == {"name": "what", "rt": "when", "volume": "H"}


def test_a_column_that_is_not_there_fails_the_job_with_a_sentence(client: httpx.Client) -> None:
    job = finished(client, submit(client, SMALL, name_column="Lipid"))
    assert "names columns the table lacks: 'Lipid'" in job["message"]


def test_a_wide_table_is_analyzed_and_says_what_became_of_it(client: httpx.Client) -> None:
    job_id = submit(client, MZMINE)
    job = finished(client, job_id)
    messages = [warning["message"] for warning in job["summary"]["warnings"]]
    assert job["summary"]["rows"] == 3
    assert "1 time a feature has no area in a sample; that is no peak and no row." in messages
    rows = client.get(f"/api/v1/jobs/{job_id}/rows").json()["rows"]
    assert [row["sample"] for row in rows] == ["a", "a", "b"]


def test_the_preview_shows_the_roles_of_samples_and_takes_others(
    pages: httpx.Client, client: httpx.Client
) -> None:
    lines = "".join(
        f"GM1(36:1;O2),10.1,{1000 + n},{sample}\nGM3(36:1;O2),10.6,{2000 + n},{sample}\n"
        for n, sample in enumerate(("brain", "Blank_01", "QC3"))
    )
    table = f"Name,RT,Volume,Sample\n{lines}".encode()
    page = send(pages, "/preview", ("peaks.csv", table))
    for sample, role in (("brain", "sample"), ("Blank_01", "blank"), ("QC3", "QC")):
        row = page.text.partition(f">{sample}</label>")[2].partition("</tr>")[0]
        assert f'<option value="">{role}</option>' in row
    assert "By their names, Blank_01 is read as blank and QC3 as qc." in page.text
    (upload,) = uploads_in(page)
    chosen: dict[str, Any] = {f"{upload}.sample_role": ["", "Blank_01=sample", "QC3=blank"]}
    # A wrong role is refused, and takes no other along.
    page = send(pages, "/preview", upload=upload, **chosen, **{f"{upload}.sample_roles": "no=qc"})
    assert 'role="alert"' in page.text
    assert page.text.count('="QC3=blank" selected>') == page.text.count('="no=qc" selected>') == 1
    page = send(pages, "/preview", upload=upload, **chosen)
    assert page.text.count('="QC3=blank" selected>') == 1
    job = started(send(pages, "/jobs", upload=upload, **chosen))
    finished(client, job)
    rows = client.get(f"/api/v1/jobs/{job}/rows").json()["rows"]
    roles = {row["sample"]: row["sample_role"] for row in rows}
    assert roles == {"brain": None, "Blank_01": "sample", "QC3": "blank"}
    blank = client.get(f"/api/v1/jobs/{job}/rows?sample_role=blank").json()["rows"]
    assert [row["call"] for row in blank] == ["outlier", "outlier"]
