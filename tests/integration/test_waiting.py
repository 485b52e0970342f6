"""What a job that waits is told of its wait."""

from contextlib import ExitStack

import httpx

from tests.integration.api import SMALL, finished, submit, submit_slow
from tests.servers import Sialoscope, running_sialoscope, wait_until


def test_a_waiting_job_has_a_place_and_once_jobs_have_run_an_estimate() -> None:
    with running_sialoscope() as server, server.client() as client:
        assert estimates_of_a_waiting_job(server, client) == (1, None)
        for _ in range(3):
            finished(client, submit(client, SMALL))
        position, wait_s = estimates_of_a_waiting_job(server, client)
        assert position == 1
        assert isinstance(wait_s, int)
        assert wait_s >= 5


def estimates_of_a_waiting_job(server: Sialoscope, client: httpx.Client) -> tuple[object, object]:
    """Its place and its wait, while both places of the worker are taken."""
    before = []
    with ExitStack() as held:
        for _ in range(2):
            before.append(submit_slow(client))
            held.enter_context(server.held_analysis(*server.busy_analyses()))
        job = client.get(f"/api/v1/jobs/{submit(client, SMALL)}").json()
    for job_id in (*before, job["id"]):
        client.delete(f"/api/v1/jobs/{job_id}")
    wait_until(lambda: client.get("/api/v1/jobs").json()["total"] in (0, 3))
    return job["queue_position"], job["estimated_wait_s"]
