"""How both clients connect, and what they make of a job that ended."""

import os
from typing import Any

import httpx

from sialoscope_client.errors import JobEndedError, LoginError
from sialoscope_client.events import SILENCE_S
from sialoscope_client.jobs import Job

LOCAL = "http://127.0.0.1:8765"


def options(url: str | None, token: str | None, timeout_s: float) -> dict[str, Any]:
    """What a client of httpx is made with; what is not given is taken from the environment.

    Raises:
        LoginError: there is no token.
    """
    token = token or os.environ.get("SIALOSCOPE_TOKEN")
    if not token:
        raise LoginError("Give the token of the server, or set SIALOSCOPE_TOKEN.")
    return {
        "base_url": url or os.environ.get("SIALOSCOPE_URL") or LOCAL,
        "headers": {"Authorization": f"Bearer {token}"},
        "timeout": httpx.Timeout(timeout_s, read=max(timeout_s, SILENCE_S)),
    }


def ended_well(job: Job) -> Job:
    """The job, if it succeeded.

    Raises:
        JobEndedError: it did not; the text is the job's own.
    """
    if job.status != "succeeded":
        raise JobEndedError(f"The job {job.id} is {job.status}: {job.message}")
    return job
