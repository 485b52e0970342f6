"""What becomes of an analysis that takes too long."""

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.integration.api import events, finished, large_table, submit
from tests.servers import Sialoscope, running_sialoscope

SOFT_LIMIT_S = 2
HARD_LIMIT_S = 6


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    limits = {
        "SIALOSCOPE_SOFT_LIMIT_S": str(SOFT_LIMIT_S),
        "SIALOSCOPE_HARD_LIMIT_S": str(HARD_LIMIT_S),
    }
    with running_sialoscope(limits) as running:
        yield running


def analyzed(client: httpx.Client) -> str:
    """A job that is just being analyzed."""
    job_id = submit(client, large_table(300))
    next(event for event in events(client, job_id) if event.event == "progress")
    return job_id


def test_at_the_soft_limit_an_analysis_ends_after_its_rule(
    client: httpx.Client, server: Sialoscope
) -> None:
    job_id = analyzed(client)
    (before,) = server.analyses()
    with server.held_analysis():
        time.sleep(SOFT_LIMIT_S)
    job = finished(client, job_id)
    assert (job["status"], job["error"]) == ("failed", "AskedToStopError")
    assert "took too long" in job["message"]
    assert server.analyses() == [before]


def test_at_the_hard_limit_an_analysis_that_does_not_end_is_killed(
    client: httpx.Client, server: Sialoscope
) -> None:
    job_id = analyzed(client)
    (before,) = server.analyses()
    with server.held_analysis():
        job = finished(client, job_id)
    assert (job["status"], job["error"]) == ("failed", "TimeLimitExceeded")
    assert "took too long" in job["message"]
    assert list(events(client, job_id))[-1].event == "error"
    assert before not in server.analyses()
