"""The order of an owner's jobs, and saved views: by client, by command and by page."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sialoscope_client import RefusedError, SavedView, Sialoscope

from tests.integration.api import SMALL, finished, submit
from tests.page_forms import send, started, uploads_in
from tests.servers import TOKEN, wait_until
from tests.servers import Sialoscope as Server


@pytest.fixture
def sialoscope(server: Server) -> Iterator[Sialoscope]:
    with Sialoscope(server.url, TOKEN) as client:
        yield client


@pytest.fixture
def paused(sialoscope: Sialoscope, client: httpx.Client) -> Iterator[None]:
    """No job is begun, and none of other tests waits."""
    wait_until(lambda: client.get("/api/v1/jobs", params={"status": "queued"}).json()["total"] == 0)
    assert sialoscope.pause_queue().paused
    yield
    assert not sialoscope.resume_queue().paused


def _place(client: httpx.Client, job_id: str) -> int:
    return int(client.get(f"/api/v1/jobs/{job_id}").json()["queue_position"])


@pytest.mark.usefixtures("paused")
def test_waiting_jobs_are_ordered_by_client_command_and_page(
    server: Server, sialoscope: Sialoscope, client: httpx.Client, pages: httpx.Client
) -> None:
    ids = [submit(client, SMALL, f"order {number}.csv") for number in range(3)]
    assert sialoscope.prioritize(ids[2], "high").priority == "high"
    assert [_place(client, each) for each in ids] == [2, 3, 1]
    assert sialoscope.run_next(ids[1]).queue_position == 1
    ended = server.command("queue", "priority", ids[0], "low")
    assert ended.stdout == "order 0.csv: queued, at place 3 of the queue, priority low.\n"
    ended = server.command("queue", "next", ids[0])
    assert "at place 1 of the queue" in ended.stdout, ended.stderr
    refused = server.command("queue", "next", "0" * 32)
    assert refused.returncode == 1
    assert f"There is no job {'0' * 32}." in refused.stderr
    assert "paused by local since" in server.command("queue", "show").stdout
    shown = send(pages, f"/jobs/{ids[1]}/priority", priority="low").text
    assert "<dt>Priority</dt><dd>low, among your waiting jobs</dd>" in shown
    wrong = send(pages, f"/jobs/{ids[1]}/priority", priority="now")
    assert "There is no priority" in wrong.text
    listed = client.get("/api/v1/jobs", params={"q": "priority:low name:order"}).json()
    assert [job["id"] for job in listed["jobs"]] == [ids[1]]
    assert server.command("queue", "resume").stdout == "The queue is not paused.\n"
    for each in ids:
        assert finished(client, each)["status"] == "succeeded"


def test_a_priority_is_chosen_when_tables_are_submitted_and_kept_by_reruns(
    sialoscope: Sialoscope, client: httpx.Client
) -> None:
    high = sialoscope.submit(SMALL, priority="high")
    again = sialoscope.rerun(high)
    low = sialoscope.rerun(high, priority="low")
    assert [job.priority for job in (high, again, low)] == ["high", "high", "low"]
    sialoscope.wait(high)
    version = sialoscope.refit(high, [{"row": 1, "call": "true", "reason": "Seen in MS/MS."}])
    batch = sialoscope.submit_batch([SMALL, SMALL], priority="low")
    cohort = sialoscope.submit_cohort([SMALL, SMALL], priority="high")
    made = [version, *batch.jobs, cohort, sialoscope.submit(SMALL)]
    assert [job.priority for job in made] == ["high", "low", "low", "high", "normal"]
    trail = client.get(f"/api/v1/jobs/{high.id}/audit").json()["entries"]
    assert [each["detail"] for each in trail if each["what"] == "priority changed"] == [
        {"priority": "high"}
    ]


def test_a_submission_sent_again_with_another_priority_is_another_submission(
    sialoscope: Sialoscope, client: httpx.Client
) -> None:
    first = sialoscope.submit(SMALL, priority="high", key="with a priority")
    assert sialoscope.submit(SMALL, priority="high", key="with a priority").id == first.id
    with pytest.raises(RefusedError, match="Send a new key"):
        sialoscope.submit(SMALL, key="with a priority")
    form = {"priority": "now"}
    answer = client.post("/api/v1/jobs", files={"file": ("a.csv", SMALL)}, data=form)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "priority" in answer.json()["detail"]


def test_the_page_and_the_command_choose_the_priority_of_what_they_start(
    server: Server, client: httpx.Client, pages: httpx.Client, tmp_path: Path
) -> None:
    shown = send(pages, "/preview", ("peaks.csv", SMALL), priority="low")
    assert "<option selected>low</option>" in shown.text
    (upload,) = uploads_in(shown)
    job_id = started(send(pages, "/jobs", upload=upload, priority="low"))
    assert client.get(f"/api/v1/jobs/{job_id}").json()["priority"] == "low"
    # Started again, it is the same job, whose priority is that of the form.
    assert started(send(pages, "/jobs", upload=upload, priority="high")) == job_id
    assert client.get(f"/api/v1/jobs/{job_id}").json()["priority"] == "high"
    refused = send(pages, "/jobs", upload=upload, priority="now")
    assert "There is no priority" in refused.text
    table = tmp_path / "peaks.csv"
    table.write_bytes(SMALL)
    ended = server.command("submit", str(table), "--priority", "low", "--no-wait")
    assert client.get(f"/api/v1/jobs/{ended.stdout.strip()}").json()["priority"] == "low"


def test_a_filter_is_saved_shown_and_deleted(
    sialoscope: Sialoscope, client: httpx.Client, pages: httpx.Client
) -> None:
    q = 'tag:none-has-it name:"a b"'
    shown = send(pages, "/saved-views", q=q, name=" Open   work ").text
    assert "No job passes the filter" in shown
    assert ">Open work</a>" in shown
    view = saved_view(sialoscope, "Open work")
    assert view.q == q
    assert sialoscope.save_view("Open work", "state:failed").id == view.id
    assert saved_view(sialoscope, "Open work").q == "state:failed"
    with pytest.raises(RefusedError, match="there is no nonsense"):
        sialoscope.save_view("Other", "state:nonsense")
    with pytest.raises(RefusedError, match="a name of 1 to 60 characters"):
        sialoscope.save_view(" ", "state:failed")
    listed = next(
        each for each in client.get("/api/v1/saved-views").json()["views"] if each["id"] == view.id
    )
    assert client.get(listed["links"]["jobs"]).status_code == httpx.codes.OK
    deleted = send(pages, f"/saved-views/{view.id}/delete", q="state:failed").text
    assert ">Open work</a>" not in deleted
    assert view.id not in {each.id for each in sialoscope.saved_views()}


def saved_view(sialoscope: Sialoscope, name: str) -> SavedView:
    """The saved view of a name; other tests save views on the same server."""
    (view,) = [each for each in sialoscope.saved_views() if each.name == name]
    return view


def test_an_action_on_many_jobs_is_begun_by_the_client(
    sialoscope: Sialoscope, client: httpx.Client
) -> None:
    finished(client, submit(client, SMALL, "of-many.csv"))
    begun = sialoscope.apply_to_all("tag", "name:of-many", tags=["by-client"])
    assert begun.total == 1
    assert sialoscope.bulk_action(begun).id == begun.id
