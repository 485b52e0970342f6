"""Actions on all jobs that match a filter: who and how many, their progress, and what goes on."""

import asyncio
import json

import httpx
import pytest
from httpx_sse import connect_sse

from app.db.accounts.roles import ADMIN, USER, VIEWER
from app.db.accounts.store import AccountStore
from app.db.jobs.changes.bulk_actions import (
    BulkState,
    add_bulk_action,
    advance,
    bulk_action,
    claim_bulk_action,
    jobs_left,
    reasons_of,
)
from app.db.jobs.lists.search import JobFilter, count_jobs
from app.db.jobs.store import JobStore
from app.web.features.bulk.runner import BulkRunner
from app.web.job_filters.query_language import parse
from tests.integration.api import SMALL, finished, submit
from tests.page_forms import send
from tests.servers import wait_until
from tests.stored_jobs import new_job


class _Submissions:
    """Actions on tags need nothing of the parts that other actions have."""


@pytest.mark.usefixtures("database")
def test_an_action_goes_on_where_a_dead_process_left_it_and_refuses_each_job_alone() -> None:
    async def work() -> None:
        jobs = [await JobStore().add(new_job(owner)) for owner in ("ada", "bob", "ada")]
        ids = [jobs[0].id, "0" * 32, jobs[1].id, jobs[2].id]
        begun = await add_bulk_action("ada", "tag", "", ids, tags=["brain"])
        dead = await claim_bulk_action()
        assert dead
        assert await claim_bulk_action() is None  # its lease holds
        await advance(dead, done=1, refused=[])
        late = dead
        held = await claim_bulk_action()
        assert held
        assert jobs_left(held) == ids[1:]
        assert not await advance(late, done=3, refused=[])
        await BulkRunner(_Submissions()).run_slice(held)  # type: ignore[arg-type]
        ended = await bulk_action(begun.id, owner="ada")
        assert (ended.state, ended.done, ended.refused) == (BulkState.ENDED, 2, 2)
        assert [each.name for each in reasons_of(ended)] == ["0" * 32, jobs[1].id]
        assert await count_jobs(JobFilter(terms=parse("tag:brain")), owner=None) == 1

    asyncio.run(work())


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("change", ["disabled", "made a viewer"])
def test_an_action_stops_when_its_account_may_change_nothing_any_more(change: str) -> None:
    async def work() -> None:
        accounts = AccountStore()
        await accounts.add("root", "hash", role=ADMIN)
        ada = await accounts.add("ada", "hash", role=USER)
        job = await JobStore().add(new_job(ada.id))
        begun = await add_bulk_action(ada.id, "tag", "", [job.id], tags=["brain"])
        await (accounts.disable if change == "disabled" else _make_viewer)(ada.id)
        held = await claim_bulk_action()
        assert held
        await BulkRunner(_Submissions()).run_slice(held)  # type: ignore[arg-type]
        assert (await bulk_action(begun.id, owner=ada.id)).state == BulkState.STOPPED
        assert await count_jobs(JobFilter(terms=parse("tag:brain")), owner=None) == 0

    asyncio.run(work())


async def _make_viewer(account_id: str) -> None:
    await AccountStore().set_role(account_id, VIEWER)


def test_a_program_begins_an_action_and_follows_it_to_its_end(
    client: httpx.Client, pages: httpx.Client
) -> None:
    ids = [submit(client, SMALL, f"bulk {number}.csv") for number in range(3)]
    for job_id in ids:
        finished(client, job_id)
    which = {"q": 'name:"bulk "'}
    other = client.post(
        "/api/v1/bulk-actions", json=which | {"action": "delete", "expected_total": 2}
    )
    assert other.status_code == httpx.codes.CONFLICT
    assert "matches 3 jobs now, not 2" in other.json()["detail"]
    untagged = client.post("/api/v1/bulk-actions", json=which | {"action": "tag"})
    assert "Name at least one tag" in untagged.json()["detail"]
    nothing = client.post("/api/v1/bulk-actions", json={"action": "keep", "q": "tag:no-such"})
    assert "No job matches the filter" in nothing.json()["detail"]
    begun = client.post("/api/v1/bulk-actions", json=which | {"action": "tag", "tags": ["many"]})
    assert begun.status_code == httpx.codes.ACCEPTED, begun.text
    address = begun.headers["Location"]
    with connect_sse(client, "GET", f"{address}/events") as source:
        received = list(source.iter_sse())
    assert received[-1].event == "ended"
    assert json.loads(received[-1].data)["done"] == 3
    assert client.get(address).json()["state"] == "ended"
    assert client.get("/api/v1/jobs", params={"q": "tag:many"}).json()["total"] == 3
    listed = [each["id"] for each in client.get("/api/v1/bulk-actions").json()["actions"]]
    assert begun.json()["id"] in listed
    untagged = send(pages, "/jobs/selected/tag", job=ids, tags=" ", back="/jobs")
    assert "Write at least one tag" in untagged.text
    tagged = send(pages, "/jobs/selected/untag", job=ids[:1], tags="many other", back="/jobs")
    assert "1 job without these tags: bulk 0.csv." in tagged.text
    high = send(pages, "/jobs/selected/priority", job=ids[:2], priority="high", back="/jobs")
    assert "2 jobs now of high priority: bulk 0.csv, bulk 1.csv." in high.text
    urgent = send(pages, "/jobs/selected/priority", job=ids, priority="urgent", back="/jobs")
    assert "choose high, normal or low" in urgent.text
    low = client.post("/api/v1/bulk-actions", json=which | {"action": "priority-low"})
    address = low.headers["Location"]
    wait_until(lambda: client.get(address).json()["state"] == "ended")
    listed = client.get("/api/v1/jobs", params={"q": 'name:"bulk "'}).json()["jobs"]
    assert {job["priority"] for job in listed} == {"low"}
    client.put(f"/api/v1/jobs/{ids[0]}/labels", json={"tags": ["many"]}).raise_for_status()
    form = {"scope": "all", "q": "tag:many", "back": "/jobs"}
    question = send(pages, "/jobs/selected/delete", **form)
    assert "Delete 3 jobs?" in question.text
    deleting = send(pages, "/jobs/selected/delete", **form, confirmed="3")
    assert "/jobs/actions/" in deleting.text
    wait_until(lambda: client.get("/api/v1/jobs", params={"q": "tag:many"}).json()["total"] == 0)
