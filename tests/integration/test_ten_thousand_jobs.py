"""One action on 10,000 jobs: one call, and its progress over the stream."""

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest
from httpx_sse import connect_sse

from app.db.jobs.tables import Job
from app.runtime.login_token import LOCAL_USER
from tests.integration.databases import connected
from tests.servers import Sialoscope
from tests.stored_jobs import many_jobs

MANY = 10_000


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
    client: httpx.Client, stored: str
) -> None:
    sent = {"action": "cancel", "q": f"tag:{stored}", "expected_total": MANY}
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
    assert len(processed) > 2, "The stream showed no progress."
    assert other == len(processed)
    q = {"q": f"tag:{stored} state:cancelled"}
    assert client.get("/api/v1/jobs", params=q).json()["total"] == MANY
