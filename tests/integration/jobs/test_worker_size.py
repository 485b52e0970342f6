"""An operator grows and shrinks a worker while it runs, by page and API, also over a restart."""

from typing import Any

import httpx

from tests.held_jobs import every_analysis_held
from tests.integration.api import SMALL, finished, submit
from tests.page_forms import send
from tests.servers import Sialoscope, wait_until


def _worker(client: httpx.Client) -> dict[str, Any]:
    workers = client.get("/api/v1/ops").json()["workers"]
    own = [each for each in workers if each["status"] != "silent"]
    found: dict[str, Any] = max(own, key=lambda each: each["started_at"])
    return found


def _running(client: httpx.Client) -> int:
    return int(client.get("/api/v1/ops").json()["queue"]["running"])


def test_a_worker_grows_and_shrinks_live_and_running_analyses_finish(
    server: Sialoscope, client: httpx.Client, pages: httpx.Client
) -> None:
    server.wait_for_signs()
    worker = _worker(client)
    assert worker["places"] == 2
    address = f"/api/v1/ops/workers/{worker['worker']}/places"
    assert client.put(address, json={"places": 0}).status_code == httpx.codes.BAD_REQUEST
    page = pages.get("/admin/ops").text
    assert "One job more" in page
    send(pages, f"/admin/ops/workers/{worker['worker']}/places", places="3")
    wait_until(lambda: bool(_worker(client)["places"] == 3))
    with every_analysis_held(server):
        ids = [submit(client, SMALL, f"size {number}.csv") for number in range(5)]
        wait_until(lambda: _running(client) == 3)
        client.put(address, json={"places": 1}).raise_for_status()
        wait_until(lambda: bool(_worker(client)["places"] == 1))
        assert _running(client) == 3  # none is ended for that
    for each in ids:
        assert finished(client, each)["status"] == "succeeded"
        assert client.get(f"/api/v1/jobs/{each}").json()["attempt"] == 1
    with every_analysis_held(server):
        more = [submit(client, SMALL, f"small {number}.csv") for number in range(2)]
        wait_until(lambda: _running(client) == 1)
        server.restart("worker")
        (pid,) = server.pids("worker")
        wait_until(lambda: f":{pid}:" in str(client.get("/api/v1/ops").json()["workers"]))
        wait_until(lambda: bool(_worker(client)["places"] == 1))
    address = f"/api/v1/ops/workers/{_worker(client)['worker']}/places"
    client.put(address, json={"places": None}).raise_for_status()
    wait_until(lambda: bool(_worker(client)["places"] == 2))
    for each in more:
        assert finished(client, each)["status"] == "succeeded"
    query = {"kind": "worker_resized", "limit": "3"}
    trail = client.get("/api/v1/security-trail", params=query).json()["events"]
    assert [each["detail"].get("places") for each in trail] == [None, 1, 3]
