"""What becomes of an analysis that takes too long."""

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.held_jobs import held_job
from tests.integration.api import events, finished, large_table, submit
from tests.servers import Sialoscope, running_sialoscope

SOFT_LIMIT_S = 2
# Longer than a busy machine takes for a table and a rule after the soft limit.
HARD_LIMIT_S = 30


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    limits = {
        "SIALOSCOPE_SOFT_LIMIT_S": str(SOFT_LIMIT_S),
        "SIALOSCOPE_HARD_LIMIT_S": str(HARD_LIMIT_S),
    }
    with running_sialoscope(limits) as running:
        yield running


def test_at_the_soft_limit_an_analysis_ends_after_its_rule(
    client: httpx.Client, server: Sialoscope
) -> None:
    job_id = submit(client, large_table(600))
    next(event for event in events(client, job_id) if event.event == "progress")
    with server.held_analysis():  # it has read its request, and has rules before it
        (before,) = server.analyses()
        time.sleep(SOFT_LIMIT_S)
    job = finished(client, job_id)
    assert (job["status"], job["error"]) == ("failed", "AskedToStopError")
    assert "took too long" in job["message"]
    assert server.analyses() == [before]


def test_at_the_hard_limit_an_analysis_that_does_not_end_is_killed(
    client: httpx.Client, server: Sialoscope
) -> None:
    with held_job(server, client) as job_id:
        (before,) = server.analyses()
        job = finished(client, job_id)
    assert (job["status"], job["error"]) == ("failed", "TimeLimitExceeded")
    assert "took too long" in job["message"]
    assert list(events(client, job_id))[-1].event == "error"
    assert before not in server.analyses()
