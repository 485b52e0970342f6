"""The API of the history of a job: its attempts, and the log of each."""

from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import Parameter

from app.db.jobs.sharing.permission import permitted
from app.progress.relay import Relay
from app.storage import Folder
from app.web.features.attempts.views import (
    AttemptOfJob,
    MeasuredStep,
    attempts_view,
    log_of,
    profile_of,
)
from app.web.http.answers.sent_file import saved_as
from app.web.http.faults.problems import problems
from app.web.http.identity.security import READ, AnyRequest

NDJSON = "application/x-ndjson"
EXAMPLE = """\
{"time":"2026-11-24T23:30:00.298+00:00","level":"info","type":"rule","text":"Rule 1, Retention \
model: 310 fits, 13 misses.","rule":1,"counts":{"fits":310,"misses":13}}
{"time":"2026-11-24T23:30:00.587+00:00","level":"info","type":"end","text":"The attempt ended: \
succeeded. Analysis complete: 323 rows have their assignments."}
"""
LOG = ResponseSpec(
    str,
    media_type=NDJSON,
    generate_examples=False,
    examples=[Example(summary="The last lines of a log.", value=EXAMPLE)],
)
Number = Annotated[int, Parameter(description="The number of the attempt, from 1.")]


class AttemptsOfJob(msgspec.Struct, frozen=True, kw_only=True):
    """The attempts at a job, oldest first."""

    attempts: list[AttemptOfJob]


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """The steps of an attempt, in the order in which they ended."""

    attempt: int
    steps: list[MeasuredStep]


@get("/api/v1/jobs/{job_id:str}/attempts", tags=["jobs"], responses=problems(404), opt=READ)
async def list_attempts_of_job(request: AnyRequest, job_id: str, storage: Folder) -> AttemptsOfJob:
    """List the attempts at a job: how each ended, and whether it has a log."""
    job = await permitted(job_id, request.user.name)
    return AttemptsOfJob(attempts=await attempts_view(job, storage))


@get(
    "/api/v1/jobs/{job_id:str}/attempts/{attempt:int}/log",
    tags=["jobs"],
    media_type=NDJSON,
    responses={200: LOG, **problems(404)},
    opt=READ,
)
async def download_attempt_log(
    request: AnyRequest, job_id: str, attempt: Number, storage: Folder, relay: Relay
) -> Response[bytes]:
    """Download the log of an attempt: a JSON object a line, with time, level, type and text.

    It is kept as long as the job. Of a running attempt it has the lines so far.
    """
    job = await permitted(job_id, request.user.name)
    content = await log_of(job, attempt, storage, relay)
    name = f"sialoscope-{job.id[:8]}-attempt-{attempt}.jsonl"
    return Response(content, media_type=NDJSON, headers=saved_as(name))


@get(
    "/api/v1/jobs/{job_id:str}/attempts/{attempt:int}/profile",
    tags=["jobs"],
    responses=problems(404),
    opt=READ,
)
async def show_attempt_profile(
    request: AnyRequest, job_id: str, attempt: Number, storage: Folder
) -> Profile:
    """Show the time and memory of each step of an attempt that has ended, rule by rule."""
    job = await permitted(job_id, request.user.name)
    return Profile(attempt=attempt, steps=await profile_of(job, attempt, storage))


HANDLERS = [list_attempts_of_job, download_attempt_log, show_attempt_profile]
