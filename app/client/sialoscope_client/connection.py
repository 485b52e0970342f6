"""How both clients connect, and how they check that a job succeeded."""

import os
from typing import Any

import httpx

from sialoscope_client.errors import JobEndedError, LoginError, UnreachableError
from sialoscope_client.events import SILENCE_S
from sialoscope_client.jobs import Job

LOCAL = "http://127.0.0.1:8765"


def options(url: str | None, token: str | None, timeout_s: float) -> dict[str, Any]:
    """The options of the httpx client; the environment gives a missing address or token.

    Raises:
        LoginError: there is no token.
        UnreachableError: this is no address of a server.
    """
    address = url or os.environ.get("SIALOSCOPE_URL") or LOCAL
    if not address.startswith(("http://", "https://")):
        raise UnreachableError(
            f"{address} is not the address of a server. Write it with http:// or https://, as in "
            f"{LOCAL}."
        )
    token = token or os.environ.get("SIALOSCOPE_TOKEN")
    if not token:
        raise LoginError("Give the token of the server, or set SIALOSCOPE_TOKEN.")
    return {
        "base_url": address,
        "headers": {"Authorization": f"Bearer {token}"},
        "timeout": httpx.Timeout(timeout_s, read=max(timeout_s, SILENCE_S)),
    }


def ended_well(job: Job) -> Job:
    """Return the job if it succeeded.

    Raises:
        JobEndedError: it failed or was cancelled; the text is the message of the job.
    """
    if job.status != "succeeded":
        raise JobEndedError(f"The job {job.id} is {job.status}: {job.message}")
    return job
