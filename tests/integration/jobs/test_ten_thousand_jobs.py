"""Actions on 10,000 jobs: one call each, and its progress over the stream."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from httpx_sse import connect_sse

from app.db.jobs.tables import Job
from app.runtime.login_token import LOCAL_USER
from tests.integration.databases import connected
from tests.servers import Sialoscope
from tests.stored_jobs import many_jobs

MANY = 10_000
# Each job has its own below these.
FOLDERS = ("results", "exports", "logs")


@pytest.fixture
def stored(server: Sialoscope, client: httpx.Client) -> Iterator[str]:
    """The tag of 10,000 jobs that wait in a paused queue, so that no worker claims one."""
    client.post("/api/v1/queue/pause").raise_for_status()
    with connected(server.database_url):
        asyncio.run(many_jobs(MANY, owner=LOCAL_USER, tags=" thousands "))
        yield "thousands"
        asyncio.run(_remove("thousands"))
    client.post("/api/v1/queue/resume").raise_for_status()


async def _remove(tag: str) -> None:
    await Job.raw("DELETE FROM job WHERE tags LIKE {}", f"% {tag} %")


def test_ten_thousand_jobs_are_changed_by_one_call_with_progress_on_its_stream(
    client: httpx.Client, server: Sialoscope, stored: str
) -> None:
    shown = [_apply_to_all(client, "cancel", stored)]
    assert _total(client, f"tag:{stored} state:cancelled") == MANY
    listed = client.get("/api/v1/jobs", params={"q": f"tag:{stored}", "limit": 300}).json()["jobs"]
    some = [job["id"] for job in listed]
    shown.append(_apply_to_all(client, "start", stored))
    assert _total(client, f"tag:{stored} state:queued") == MANY
    files = [_file_of(server, folder, job_id) for job_id in some for folder in FOLDERS]
    shown.append(_apply_to_all(client, "delete", stored))
    assert _total(client, f"tag:{stored}") == 0
    assert max(shown) > 2, "The streams showed no progress."
    assert not [file for file in files if file.exists()]
    trail = client.get(f"/api/v1/jobs/{some[0]}/audit").json()["entries"]
    assert [each["what"] for each in trail][-3:] == ["cancelled", "queued again", "deleted"]


def _total(client: httpx.Client, q: str) -> int:
    return int(client.get("/api/v1/jobs", params={"q": q, "limit": 1}).json()["total"])


def _file_of(server: Sialoscope, folder: str, job_id: str) -> Path:
    """A file in the folder of a job."""
    file = server.data / "storage" / folder / job_id / "1"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"of this job")
    return file


def _apply_to_all(client: httpx.Client, action: str, tag: str) -> int:
    """How many states of it the stream showed: few, if this process was held meanwhile."""
    sent = {"action": action, "q": f"tag:{tag}", "expected_total": MANY}
    begun = client.post("/api/v1/bulk-actions", json=sent)
    assert begun.status_code == httpx.codes.ACCEPTED, begun.text
    processed, other = [], 0
    with connect_sse(client, "GET", f"{begun.headers['Location']}/events") as source:
        for event in source.iter_sse():
            seen = json.loads(event.data)
            processed.append(seen["processed"])
            # Others use the server meanwhile, and are answered.
            other += client.get("/api/v1/jobs", params={"limit": 1}).is_success
    assert event.event == "ended"
    assert (seen["done"], seen["refused"]) == (MANY, 0)
    assert processed == sorted(processed)
    assert other == len(processed)
    return len(processed)
