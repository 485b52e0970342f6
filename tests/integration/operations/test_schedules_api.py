"""Schedules and retention over HTTP, on a server with accounts and mail."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from app.db.jobs.tables import Job
from tests.integration.api import SMALL, finished, submit
from tests.mailbox import Mailbox, text_of
from tests.page_forms import send
from tests.people import Person
from tests.servers import Sialoscope, jobs_in, wait_until

SCHEDULES = "/api/v1/schedules"
ALL = {"default_days": 30, "most_days": 365}


@pytest.fixture(scope="module")
def chief(admin: Person) -> Iterator[httpx.Client]:
    with admin.program("read", "admin") as program:
        yield program


@pytest.fixture(scope="module")
def adas(ada: Person) -> Iterator[httpx.Client]:
    with ada.program("read", "submit", "manage", "admin") as program:
        yield program


def run_to_its_end(chief: httpx.Client, name: str) -> dict[str, Any]:
    """Let a schedule run now, and return what came of it."""
    asked = chief.post(f"{SCHEDULES}/{name}/run")
    assert asked.status_code == httpx.codes.ACCEPTED, asked.text

    def last() -> dict[str, Any]:
        found: dict[str, Any] = chief.get(f"{SCHEDULES}/{name}").json()["last_run"]
        return found

    wait_until(lambda: last()["id"] == asked.json()["id"] and bool(last()["ended_at"]))
    assert last()["outcome"] == "succeeded", last()
    return last()


def let_have_ended(server: Sialoscope, job_id: str, *, days_ago: int) -> None:
    then = datetime.now(UTC) - timedelta(days=days_ago)
    with jobs_in(server.database_url):
        asyncio.run(_end_at(job_id, then))


async def _end_at(job_id: str, moment: datetime) -> None:
    await Job.update({Job.finished_at: moment}).where(Job.id == job_id)


def test_an_administrator_changes_schedules_and_nobody_else(
    chief: httpx.Client, adas: httpx.Client, admin: Person
) -> None:
    known = chief.get(SCHEDULES).json()["schedules"]
    assert len(known) == 6
    assert all(len(each["next_times"]) == 3 and each["meaning"] for each in known)
    for client in (adas, None):
        asked = (
            client.get(SCHEDULES)
            if client
            else httpx.get(f"{admin.server.url}{SCHEDULES}", timeout=60)
        )
        assert asked.status_code in (401, 403)
    with admin.program("read", "manage") as without_scope:
        assert "scope admin" in without_scope.get(SCHEDULES).json()["detail"]
    where = f"{SCHEDULES}/weekly-digest"
    changed = chief.patch(where, json={"cron": "30 5 1 * *", "paused": True}).json()
    assert (changed["cron"], changed["paused"], changed["next_times"]) == ("30 5 1 * *", True, [])
    assert changed["changed_by"] == admin.name
    for wrong, sentence in (
        ({"cron": "never"}, "five fields"),
        ({"cron": "0 0 31 2 *"}, "bad day-of-month"),
        ({"paused": 1}, "true or false"),
        ({"when": "x"}, "when"),
    ):
        refused = chief.patch(where, json=wrong)
        assert refused.status_code == httpx.codes.BAD_REQUEST
        assert sentence in refused.json()["detail"]
    assert chief.patch(where, json={"paused": False}).json()["next_times"][0][8:16] == "01T05:30"
    assert chief.get(f"{SCHEDULES}/none").status_code == httpx.codes.NOT_FOUND


def test_the_history_names_who_started_a_run_by_hand(chief: httpx.Client, admin: Person) -> None:
    ran = run_to_its_end(chief, "database")
    assert ran["asked_by"] == admin.name
    of_database = "tables" if admin.server.database_url.startswith("postgresql") else "bytes"
    assert ran["counts"][of_database] > 0
    runs = chief.get(f"{SCHEDULES}/database/runs", params={"limit": 1}).json()
    assert runs == {"total": runs["total"], "runs": [ran]}


def test_the_cleanup_deletes_what_it_showed_and_keeps_what_is_kept(
    chief: httpx.Client, adas: httpx.Client, ada: Person
) -> None:
    assert chief.put("/api/v1/retention/all", json=ALL).json() == ALL
    chosen = adas.put("/api/v1/retention", json={"days": 200}).json()
    assert (chosen["days"], chosen["most_days"]) == (200, 365)
    assert adas.put("/api/v1/retention", json={"days": 366}).status_code == 400
    jobs = {name: submit(adas, SMALL, f"{name}.csv") for name in ("old", "kept", "young")}
    for name, days_ago in (("old", 201), ("kept", 300), ("young", 199)):
        finished(adas, jobs[name])
        let_have_ended(ada.server, jobs[name], days_ago=days_ago)
    assert adas.put(f"/api/v1/jobs/{jobs['kept']}/keep").json()["kept"]

    own = adas.get("/api/v1/retention/due").json()
    assert [job["id"] for job in own["jobs"]] == [jobs["old"]]
    assert (own["total"], own["upload_bytes"]) == (1, len(SMALL))
    soon = adas.get("/api/v1/retention/due", params={"within_days": 7}).json()
    assert {job["file_name"] for job in soon["jobs"]} == {"old.csv", "young.csv"}
    of_all = chief.get("/api/v1/retention/all/due").json()
    assert of_all["owners"] == [{"owner": ada.name, "jobs": 1, "upload_bytes": len(SMALL)}]

    assert run_to_its_end(chief, "jobs")["counts"] == {"jobs": 1, "upload_bytes": len(SMALL)}
    found = {name: adas.get(f"/api/v1/jobs/{job_id}") for name, job_id in jobs.items()}
    assert {name: answer.status_code for name, answer in found.items()} == {
        "old": 404,
        "kept": 200,
        "young": 200,
    }
    assert adas.delete(f"/api/v1/jobs/{jobs['kept']}/keep").status_code == 204
    received = adas.get(f"/api/v1/jobs/{jobs['kept']}/audit").json()["entries"]
    assert [(entry["who"], entry["what"]) for entry in received[-2:]] == [
        (ada.name, "kept"),
        (ada.name, "kept no longer"),
    ]
    for answer in (adas.put("/api/v1/retention", json={"days": None}), found["young"]):
        assert answer.is_success


def test_days_that_delete_jobs_are_asked_about_first(
    adas: httpx.Client, ada: Person, admin: Person, chief: httpx.Client
) -> None:
    chief.put("/api/v1/retention/all", json=ALL)
    adas.put("/api/v1/retention", json={"days": 200})
    job_id = submit(adas, SMALL, "doomed.csv")
    finished(adas, job_id)
    let_have_ended(ada.server, job_id, days_ago=100)
    asks = re.compile(r"Let (\d+) jobs? be deleted\?")
    with admin.session() as pages:
        for most, asked in (("90", True), ("300", False)):
            answer = send(pages, "/admin/retention", default_days="30", most_days=most)
            assert bool(asks.search(answer.text)) is asked
    assert chief.get("/api/v1/retention/all").json()["most_days"] == 300
    with ada.session() as pages:
        refused = send(pages, "/retention", days="0")
        assert refused.status_code == 400
        assert not asks.search(refused.text)
        answer = send(pages, "/retention", days="50")
        found = asks.search(answer.text)
        assert found
        doomed = int(found[1])
        assert doomed >= 1
        assert adas.get("/api/v1/retention").json()["days"] == 200
        tomorrow = "/api/v1/retention/due?within_days=1"
        due = adas.get(tomorrow).json()["total"]
        send(pages, "/retention", days="50", confirmed="yes")
        assert adas.get("/api/v1/retention").json()["days"] == 50
        assert adas.get(tomorrow).json()["total"] == due + doomed
        send(pages, f"/jobs/{job_id}/keep", kept="yes")
        assert "the next daily cleanup deletes it" in pages.get(f"/jobs/{job_id}").text
    adas.delete(f"/api/v1/jobs/{job_id}")
    adas.put("/api/v1/retention", json={"days": None})


def test_who_wants_a_digest_gets_one_when_something_ended(
    chief: httpx.Client, adas: httpx.Client, ada: Person, mailbox: Mailbox
) -> None:
    with ada.session() as browser:
        page = send(browser, "/account/digest", period="daily")
        assert '<option value="daily" selected>' in page.text
        assert send(browser, "/account/digest", period="hourly").status_code == 400
        finished(adas, submit(adas, SMALL, "digested.csv"))
        run_to_its_end(chief, "daily-digest")
        wait_until(lambda: bool(digests(mailbox, ada)))
        emails = digests(mailbox, ada)
        assert len(emails) == 1
        assert emails[0]["Subject"].startswith("1 job succeeded since")
        assert "digested.csv: http" in text_of(emails[0])
        send(browser, "/account/digest", period="")
    finished(adas, submit(adas, SMALL, "not-digested.csv"))
    assert run_to_its_end(chief, "daily-digest")["counts"] == {"letters": 0}


def digests(mailbox: Mailbox, person: Person) -> list[EmailMessage]:
    """Those among the e-mails to somebody, some of which may be about other tests."""
    return [each for each in mailbox.to(person.name) if "succeeded since" in each["Subject"]]
