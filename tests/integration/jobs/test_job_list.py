"""The list of jobs: searched, filtered and sorted by its address, and what is done to many."""

import asyncio
import re
import zipfile
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest

from app.contract.tasks import JobState
from app.db.engine.connect import kept_open
from app.db.jobs.changes.new_job import NewJob, new_job_id
from app.db.jobs.lists.search import SORTS, JobFilter, count_jobs, find_jobs
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from tests.held_jobs import held_job
from tests.integration.api import SMALL, finished, submit
from tests.page_forms import send
from tests.servers import Sialoscope

DAY = datetime(2026, 3, 14, 12, tzinfo=UTC)
Work = Callable[[], Coroutine[Any, Any, None]]


@pytest.fixture(scope="module")
def ended(server: Sialoscope) -> dict[str, str]:
    """The ids of some jobs that ended, by file name: the last one failed."""
    with server.client() as client:
        tables = {
            "jl brain-1.csv": SMALL,
            "JL Brain 2.csv": SMALL + b"GM1(38:1;O2),11.2,900\n",
            "jl liver_100%.csv": SMALL,
            "jl broken.csv": b"nothing,here\n",
        }
        ids = {name: submit(client, table, name) for name, table in tables.items()}
        for job_id in ids.values():
            finished(client, job_id)
        return ids


def names(client: httpx.Client, **query: str | list[str]) -> list[str]:
    """Of this module's jobs, whatever others there are."""
    everywhere: dict[str, str | list[str]] = {"search": "jl "}
    answer = client.get("/api/v1/jobs", params=everywhere | query)
    assert answer.is_success, answer.text
    found = answer.json()
    assert found["total"] == len(found["jobs"])
    return [job["file_name"] for job in found["jobs"]]


async def a_job(name: str, state: JobState, days: int, rows: int | None = None) -> None:
    new = NewJob(
        id=new_job_id(),
        owner="ada",
        file_name=name,
        upload_key="u",
        upload_bytes=1,
        upload_sha256="0" * 64,
        settings={},
    )
    await JobStore().add(new)
    values: dict[Any, Any] = {Job.state: state, Job.created_at: DAY + timedelta(days=days)}
    if rows is not None:
        summary = f'{{"rows": {rows}, "counts": {{"true": {100 - rows}}}}}'
        values |= {Job.summary: summary, Job.result_key: "r"}
    await Job.update(values).where(Job.id == new.id)


def run(work: Work) -> None:
    async def whole() -> None:
        async with kept_open():
            await work()

    asyncio.run(whole())


async def found(sort: str = "created_at", **which: Any) -> str:  # noqa: ANN401 - any part of it
    jobs = await find_jobs(JobFilter(**which), owner="ada", sort=sort, limit=10)
    assert await count_jobs(JobFilter(**which), owner="ada") == len(jobs)
    return " ".join(job.file_name for job in jobs)


@pytest.mark.usefixtures("database")
def test_both_databases_filter_and_sort_alike() -> None:
    async def work() -> None:
        await a_job("b", JobState.SUCCEEDED, days=0, rows=9)
        await a_job("A_%", JobState.SUCCEEDED, days=1, rows=10)
        await a_job("c\u00c9", JobState.FAILED, days=2)
        assert await found("-created_at") == "c\u00c9 A_% b"
        assert await found("file_name") == "A_% b c\u00c9"
        assert await found("-file_name") == "c\u00c9 b A_%"
        assert await found("rows") == "b A_% c\u00c9"
        assert await found("-rows") == "A_% b c\u00c9"
        assert await found("true") == "A_% b c\u00c9"
        assert await found("status") == "c\u00c9 A_% b"
        assert await found(search="a") == "A_%"
        assert await found(search="_%") == "A_%"
        assert await found(search="C\u00c9") == "c\u00c9"
        assert await found(states=(JobState.FAILED, JobState.QUEUED)) == "c\u00c9"
        day = date(2026, 3, 15)
        assert await found(since=day) == "A_% c\u00c9"
        assert await found(until=day) == "b A_%"
        assert await found(since=day, until=day) == "A_%"
        assert await found(since=date.min, until=date.max) == "b A_% c\u00c9"

    run(work)


@pytest.mark.usefixtures("ended")
def test_programs_search_filter_and_sort(client: httpx.Client) -> None:
    assert names(client, search="jl BRAIN", sort="-file_name") == [
        "jl brain-1.csv",
        "JL Brain 2.csv",
    ]
    assert names(client, search="100%") == ["jl liver_100%.csv"]
    assert names(client, status="failed,cancelled") == ["jl broken.csv"]
    assert names(client, status=["failed", "cancelled"]) == ["jl broken.csv"]
    assert names(client, sort="-rows")[0] == "JL Brain 2.csv"
    assert names(client, until="2020-01-01") == []
    assert len(names(client, since="2020-01-01")) == 4
    for sort in SORTS:
        assert set(names(client, sort=sort)) == set(names(client, sort=f"-{sort}"))


@pytest.mark.parametrize("address", ["/api/v1/jobs", "/jobs"])
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"status": "done"}, "There is no status done; use one of queued, running, succeeded"),
        ({"since": "14.3.2026"}, "since: 14.3.2026 is not a day; write it as 2026-11-25."),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "swap the two days"),
        ({"sort": "-mass"}, "Jobs cannot be sorted by mass; use one of file_name, status"),
    ],
)
def test_a_list_by_an_unknown_field_is_refused(
    pages: httpx.Client, address: str, query: dict[str, str], sentence: str
) -> None:
    answer = pages.get(address, params=query)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert sentence in answer.text


def test_without_javascript_all_shown_are_chosen_by_a_link(
    pages: httpx.Client, ended: dict[str, str]
) -> None:
    shown = pages.get("/jobs", params={"search": "JL brain"})
    assert "checked" not in shown.text
    (link,) = re.findall(r'<noscript><a href="([^"]+)">Choose all shown', shown.text)
    chosen = pages.get(link.replace("&amp;", "&")).text
    checked = re.findall(r'name="job" value="(\w+)" checked', chosen)
    assert sorted(checked) == sorted([ended["jl brain-1.csv"], ended["JL Brain 2.csv"]])


def test_jobs_that_could_not_be_changed_are_named(
    pages: httpx.Client, client: httpx.Client, server: Sialoscope, ended: dict[str, str]
) -> None:
    with held_job(server, client, "slow.csv") as running:
        answer = act(pages, "cancel", running, ended["jl brain-1.csv"], "0" * 32)
        assert "1 job cancelled, or told to stop within 2 s: slow.csv." in answer
        assert "<b>jl brain-1.csv</b>: The job has ended already" in answer
        assert f"<b>{'0' * 32}</b>: There is no job" in answer
    assert finished(client, running)["status"] == "cancelled"
    answer = act(pages, "start", running, ended["jl brain-1.csv"])
    assert "1 job started again: slow.csv." in answer
    assert "<b>jl brain-1.csv</b>: The job is done." in answer
    client.delete(f"/api/v1/jobs/{running}")


def test_jobs_are_deleted_after_a_question_that_tells_how_many(
    pages: httpx.Client, client: httpx.Client
) -> None:
    doomed = [submit(client, SMALL, f"doomed-{number}.csv") for number in (1, 2)]
    for job_id in doomed:
        finished(client, job_id)
    question = act(pages, "delete", *doomed, back="/jobs?search=doomed")
    assert "Delete 2 jobs?" in question
    assert 'href="/jobs?search=doomed">Keep them' in question
    assert len(names(client, search="doomed")) == 2
    answer = act(pages, "delete", *doomed, confirmed="yes", back="//evil.test")
    assert "2 jobs deleted: doomed-1.csv, doomed-2.csv." in answer
    assert "evil.test" not in answer
    assert names(client, search="doomed") == []


def test_the_results_of_many_jobs_are_one_file(pages: httpx.Client, ended: dict[str, str]) -> None:
    answer = post(pages, "download", *ended.values())
    assert answer.headers["Content-Type"] == "application/zip"
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert "Content-Encoding" not in answer.headers
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        tables = [name for name in archive.namelist() if name.endswith(".csv")]
        assert len(tables) == 3
        for name, (job_name, rows) in zip(
            tables, {"jl-brain-1": 2, "JL-Brain-2": 3, "liver_100": 2}.items(), strict=True
        ):
            assert job_name in name
            assert archive.read(name).count(b"\n") == rows + 1
        assert archive.read("not-included.txt").startswith(b"jl broken.csv: The job is failed;")


def test_a_choice_that_cannot_be_served_is_refused(
    pages: httpx.Client, ended: dict[str, str]
) -> None:
    none = post(pages, "download")
    assert none.status_code == httpx.codes.BAD_REQUEST
    assert "No job is selected. Go back and tick at least one." in none.text
    without = post(pages, "download", ended["jl broken.csv"])
    assert without.status_code == httpx.codes.CONFLICT
    assert "There is nothing to download. jl broken.csv: The job is failed" in without.text
    many = post(pages, "cancel", *(f"{number:032}" for number in range(501)))
    assert many.status_code == httpx.codes.BAD_REQUEST
    assert "501 jobs are selected; select at most 500." in many.text
    assert post(pages, "explode", ended["jl broken.csv"]).status_code == httpx.codes.BAD_REQUEST


def act(pages: httpx.Client, action: str, *jobs: str, **form: str) -> str:
    answer = post(pages, action, *jobs, **form)
    assert answer.is_success, answer.text
    return answer.text


def post(pages: httpx.Client, action: str, *jobs: str, **form: str) -> httpx.Response:
    return send(pages, f"/jobs/selected/{action}", job=list(jobs), **form)
