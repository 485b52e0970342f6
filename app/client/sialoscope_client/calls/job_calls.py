"""The requests about jobs: their states, attempts, labels and shares."""

from collections.abc import Iterable, Mapping
from typing import Any

import httpx
import msgspec

from sialoscope_client.calls.call import ROWS_AT_A_TIME, Call, JobOrId, accepted_id, job_path, reads
from sialoscope_client.jobs import Attempt, Job, JobList, MeasuredStep, MovedPage


def job(job: JobOrId) -> Call[Job]:
    """Read the current state of a job."""
    return Call("GET", job_path(job), reads(Job))


def jobs(limit: int, offset: int, which: Mapping[str, Any]) -> Call[JobList]:
    """List some jobs."""
    params = {"limit": limit, "offset": offset, **which}
    return Call("GET", "/api/v1/jobs", reads(JobList), sent={"params": params})


def attempts(job: JobOrId) -> Call[list[Attempt]]:
    """List the attempts at a job."""
    return Call("GET", job_path(job, "attempts"), _attempts)


def attempt_log(job: JobOrId, attempt: int) -> Call[list[dict[str, Any]]]:
    """Download the log of an attempt."""
    return Call("GET", job_path(job, f"attempts/{attempt}/log"), _lines)


def attempt_profile(job: JobOrId, attempt: int) -> Call[list[MeasuredStep]]:
    """Read what each step of an attempt took."""
    return Call("GET", job_path(job, f"attempts/{attempt}/profile"), _steps)


def cancel(job: JobOrId) -> Call[Job]:
    """Cancel a job."""
    return Call("POST", job_path(job, "cancel"), reads(Job), is_repeatable=False)


def label(
    job: JobOrId, tags: Iterable[str] | None, note: str | None, name: str | None
) -> Call[Job]:
    """Replace the tags, the note or the name of a job."""
    labels = {"tags": None if tags is None else list(tags), "note": note, "name": name}
    # A server of an earlier release knows no name and refuses one.
    sent = {"json": {key: value for key, value in labels.items() if value is not None}}
    return Call("PUT", job_path(job, "labels"), reads(Job), sent=sent)


def start(job: JobOrId) -> Call[str]:
    """Start a failed or cancelled job again."""
    return Call("POST", job_path(job, "start"), accepted_id, is_repeatable=False)


def delete(job: JobOrId) -> Call[None]:
    """Delete a job."""
    return Call("DELETE", job_path(job), lambda _: None, is_repeatable=False)


def moved_page(job: JobOrId, offset: int) -> Call[MovedPage]:
    """List some of the rows whose calls a refit moved."""
    params = {"limit": ROWS_AT_A_TIME, "offset": offset}
    return Call("GET", job_path(job, "changes"), reads(MovedPage), sent={"params": params})


def share(job: JobOrId, name: str, may: str) -> Call[dict[str, Any]]:
    """Share all versions of a job with an account."""
    sent = {"json": {"name": name, "may": may}}
    return Call("PUT", job_path(job, "shares"), reads(dict[str, Any]), sent=sent)


def events_path(job: JobOrId) -> str:
    """The path of a job's event stream."""
    return job_path(job, "events")


def _attempts(answer: httpx.Response) -> list[Attempt]:
    return reads(dict[str, list[Attempt]])(answer)["attempts"]


def _steps(answer: httpx.Response) -> list[MeasuredStep]:
    return msgspec.convert(answer.json()["steps"], list[MeasuredStep])


def _lines(answer: httpx.Response) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in answer.content.splitlines()]
