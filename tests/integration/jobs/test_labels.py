"""Tags and notes of jobs, and the typed filter that finds jobs by them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.contract.tasks import JobState
from app.db.jobs.contents.labels import (
    LabelError,
    add_and_remove_tags,
    set_labels,
    tags_in,
    tags_of,
)
from app.db.jobs.history.audit import trail_of
from app.db.jobs.lists.search import JobFilter, count_jobs, find_jobs
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.web.job_filters.query_language import parse
from tests.integration.api import SMALL, submit
from tests.page_forms import send
from tests.people import Person
from tests.stored_jobs import a_job


@pytest.mark.parametrize("word", ["-brain", "a:b", 'a"b', "x" * 41, "_", "café·1", ""])
def test_what_cannot_be_typed_into_a_filter_is_no_tag(word: str) -> None:
    with pytest.raises(LabelError, match="one word of at most 40"):
        asyncio.run(set_labels(Job(tags="", note=""), by="ada", tags=[word]))


def test_tags_are_typed_between_spaces_or_commas() -> None:
    assert tags_in(" Brain, pilot-2;Brain\ncafé 2026.11/a+b ") == (
        *("brain", "pilot-2", "café", "2026.11/a+b"),
    )


@pytest.mark.usefixtures("database")
def test_labels_are_kept_with_a_trail_that_names_who_changed_them() -> None:
    async def work() -> None:
        job = await a_job(JobStore(), owner="ada")
        job = await set_labels(
            job, by="ada", tags=["brain", "Pilot"], note=" first\x1b\u202e run\r\n "
        )
        assert (tags_of(job), job.note) == (("brain", "pilot"), "first run")
        gone = await a_job(JobStore(), owner="ada")
        gone = await set_labels(gone, by="ada", tags=["brain", "pilot"])
        await JobStore().delete(gone.id, owner="ada")
        both = [job, gone]
        why = await add_and_remove_tags(both, by="bob", add=["liver"], remove=["pilot"])
        assert why == {gone.id: f"There is no job {gone.id}."}
        job = await JobStore().get(job.id)
        assert not await add_and_remove_tags([job], by="bob", add=["liver"])
        assert tags_of(await JobStore().get(job.id)) == ("brain", "liver")
        many = [f"t{number}" for number in range(19)]
        why = await add_and_remove_tags([job], by="ada", add=many)
        assert "at most 20 tags" in why[job.id]
        job = await set_labels(job, by="ada", name=" Brain: pilot ")
        assert (job.file_name, tags_of(job)) == ("Brain: pilot.csv", ("brain", "liver"))
        for wrong in ("", "a/b", "a\\b", "two\nlines", "x" * 201):
            with pytest.raises(LabelError, match="name"):
                await set_labels(job, by="ada", name=wrong)
        with pytest.raises(LabelError, match="at most 2,000"):
            await set_labels(job, by="ada", note="x" * 2001)
        trail = [(each.who, each.what) for each in await trail_of(job.id, owner="ada")][1:]
        changed = [("ada", "tags changed"), ("ada", "note changed"), ("bob", "tags changed")]
        changed.append(("ada", "renamed"))
        assert trail == changed

    asyncio.run(work())


@pytest.mark.usefixtures("database")
def test_both_databases_find_jobs_by_a_typed_filter() -> None:
    async def work() -> None:
        await _some_jobs()
        everything = {"a", "b", "c"}
        for text, names in {
            "": "abc",
            "tag:brain": "ab",
            "tag:brain,liver": "abc",
            "tag:brain tag:liver": "b",
            "tag:bra": "",
            "note:SECOND": "b",
            "rows:>1000": "b",
            "rows:5": "a",
            "rows:1..2k": "ab",
            "true:<3": "a",
            "size:>1k": "c",
            "state:failed,queued": "c",
            "since:2d": "bc",
            "until:2d": "a",
            "since:2026-01-01": "abc",
            "is:kept": "c",
            "is:noted,retried": "ab",
            "name:b,c": "bc",
            "tag:brain -state:failed rows:>1000 since:2d name:b": "b",
        }.items():
            assert await _found(text) == set(names), text
            if " " not in text and text:
                assert await _found(f"-{text}") == everything - set(names), text
        assert await _found("owner:ada", owner=None) == everything
        assert await _found("owner:bob", owner=None) == set()
        assert await _found("worker:host-A", owner=None) == {"a"}

    asyncio.run(work())


async def _some_jobs() -> None:
    now = datetime.now(UTC)
    summary = '{{"rows": {}, "counts": {{"true": {}}}}}'
    succeeded: dict[Any, Any] = {Job.state: JobState.SUCCEEDED, Job.result_key: "r"}
    changes: dict[str, dict[Any, Any]] = {
        "a": succeeded
        | {Job.tags: " brain ", Job.summary: summary.format(5, 2), Job.attempt: 2}
        | {Job.created_at: now - timedelta(days=9), Job.worker: "host-a:7"},
        "b": succeeded
        | {Job.tags: " brain liver ", Job.summary: summary.format(2000, 9)}
        | {Job.note: "the second one"},
        "c": {Job.tags: " liver ", Job.upload_bytes: 5000, Job.pinned: True},
    }
    for name, values in changes.items():
        job = await a_job(JobStore(), owner="ada")
        await Job.update({Job.file_name: name, **values}).where(Job.id == job.id)


async def _found(text: str, owner: str | None = "ada") -> set[str]:
    which = JobFilter(terms=parse(text))
    jobs = await find_jobs(which, owner=owner, limit=10)
    assert await count_jobs(which, owner=owner) == len(jobs)
    return {job.file_name for job in jobs}


def test_whoever_may_change_a_job_labels_it_and_others_only_see_it(
    ada: Person, bob: Person
) -> None:
    with (
        ada.session() as page,
        ada.program("read", "submit", "manage") as mine,
        bob.program("read", "manage") as theirs,
    ):
        job_id = submit(mine, SMALL, "labelled plasma.csv")
        send(
            page,
            f"/jobs/{job_id}/labels",
            tags="Brain, pilot",
            note="<b>first</b>",
            name="Plasma 1",
        )
        shown = page.get(f"/jobs/{job_id}").text
        assert 'value="brain pilot"' in shown
        assert "<h1>Plasma 1.csv" in shown
        assert "&lt;b&gt;first&lt;/b&gt;" in shown
        listed = page.get("/jobs", params={"q": "tag:pilot name:plasma"}).text
        assert 'href="/jobs?q=tag:pilot"' in listed
        refused = send(page, f"/jobs/{job_id}/labels", tags="a:b", note="kept text")
        assert refused.status_code == httpx.codes.BAD_REQUEST
        assert "cannot be a tag" in refused.text
        assert "kept text" in refused.text
        path = f"/api/v1/jobs/{job_id}"
        assert theirs.put(f"{path}/labels", json={"tags": ["x"]}).status_code == 404
        mine.put(f"{path}/shares", json={"name": bob.name, "may": "view"}).raise_for_status()
        assert theirs.get(path).json()["tags"] == ["brain", "pilot"]
        assert theirs.put(f"{path}/labels", json={"tags": ["x"]}).status_code == 403
        mine.put(f"{path}/shares", json={"name": bob.name, "may": "edit"}).raise_for_status()
        changed = theirs.put(f"{path}/labels", json={"tags": ["by-bob"]}).json()
        assert (changed["tags"], changed["note"]) == (["by-bob"], "<b>first</b>")
        named = theirs.put(f"{path}/labels", json={"name": "Plasma 2.CSV"}).json()
        assert (named["file_name"], named["tags"]) == ("Plasma 2.CSV", ["by-bob"])
        assert mine.get("/api/v1/tags").json()["tags"]["by-bob"] == 1
        trail = mine.get(f"{path}/audit").json()["entries"]
        assert [each["who"] for each in trail if each["what"] == "tags changed"][-1] == bob.name


def test_a_filter_that_cannot_be_read_is_explained_beside_its_field(
    pages: httpx.Client, client: httpx.Client
) -> None:
    submit(client, SMALL, "not listed.csv")
    for address in ("/jobs", "/admin/ops/jobs"):
        page = pages.get(address, params={"q": "state:done"})
        assert page.status_code == httpx.codes.BAD_REQUEST
        assert 'id="q-error"' in page.text
        assert "state: there is no done; use one of queued, running" in page.text
        assert 'value="state:done"' in page.text
        assert "not listed.csv" not in page.text
    answer = client.get("/api/v1/jobs", params={"q": "rows:many"})
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "rows: many is no number" in answer.json()["detail"]
