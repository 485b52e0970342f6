"""The order of an owner's jobs, and saved views: by client, by command and by page."""

from collections.abc import Iterator

import httpx
import pytest
from sialoscope_client import RefusedError, Sialoscope

from tests.integration.api import SMALL, finished, submit
from tests.page_forms import send
from tests.servers import TOKEN
from tests.servers import Sialoscope as Server


@pytest.fixture
def sialoscope(server: Server) -> Iterator[Sialoscope]:
    with Sialoscope(server.url, TOKEN) as client:
        yield client


@pytest.fixture
def paused(sialoscope: Sialoscope) -> Iterator[None]:
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


def test_a_filter_is_saved_shown_and_deleted(
    sialoscope: Sialoscope, client: httpx.Client, pages: httpx.Client
) -> None:
    q = 'tag:none-has-it name:"a b"'
    shown = send(pages, "/saved-views", q=q, name=" Open   work ").text
    assert "No job passes the filter" in shown
    assert ">Open work</a>" in shown
    (view,) = sialoscope.saved_views()
    assert (view.name, view.q) == ("Open work", q)
    assert sialoscope.save_view("Open work", "state:failed").id == view.id
    assert [each.q for each in sialoscope.saved_views()] == ["state:failed"]
    with pytest.raises(RefusedError, match="there is no nonsense"):
        sialoscope.save_view("Other", "state:nonsense")
    with pytest.raises(RefusedError, match="a name of 1 to 60 characters"):
        sialoscope.save_view(" ", "state:failed")
    listed = client.get("/api/v1/saved-views").json()["views"][0]
    assert client.get(listed["links"]["jobs"]).status_code == httpx.codes.OK
    deleted = send(pages, f"/saved-views/{view.id}/delete", q="state:failed").text
    assert ">Open work</a>" not in deleted
    assert sialoscope.saved_views() == []


def test_an_action_on_many_jobs_is_begun_by_the_client(
    sialoscope: Sialoscope, client: httpx.Client
) -> None:
    finished(client, submit(client, SMALL, "of-many.csv"))
    begun = sialoscope.apply_to_all("tag", "name:of-many", tags=["by-client"])
    assert begun.total == 1
    assert sialoscope.bulk_action(begun).id == begun.id
