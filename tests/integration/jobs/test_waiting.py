"""What users see about the wait of a queued job."""

import httpx

from tests.held_jobs import held_job
from tests.integration.api import SMALL, finished, submit
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
    with held_job(server, client) as first, held_job(server, client) as second:
        job = client.get(f"/api/v1/jobs/{submit(client, SMALL)}").json()
    for job_id in (first, second, job["id"]):
        client.delete(f"/api/v1/jobs/{job_id}")
    wait_until(lambda: client.get("/api/v1/jobs").json()["total"] in (0, 3))
    return job["queue_position"], job["estimated_wait_s"]
