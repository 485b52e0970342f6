"""The attempts at a job as its page and the API show them, and the log of each."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec.structs import replace
from redis.exceptions import RedisError

from app.contract.attempt_log import (
    MEASURED,
    LogLine,
    decode_lines,
    encode_lines,
    end_line,
    line_of,
)
from app.db.jobs.history.attempts import attempts_of
from app.db.jobs.tables import Attempt, Job
from app.progress.relay import Relay
from app.progress.streams import BEFORE_ALL, key_of
from app.storage import Folder, StorageAwayError
from app.storage.attempt_logs import attempts_with_logs, read_log
from app.web.http.faults.errors import AttemptNotFoundError

NOT_KEPT = (
    "The log of attempt {} is not kept: it was made by an earlier version, or its worker died and "
    "Redis lost its events too."
)
# What the page of a job shows; the download has everything.
MOST_BLOCKS, MOST_LINES = 10, 200


class AttemptOfJob(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt at a job; times are in UTC.

    ``outcome`` is null while it runs, then succeeded, failed, cancelled, retried, lost or handed
    back. ``has_log`` says whether its log can be downloaded.
    """

    attempt: int
    outcome: str | None
    message: str | None
    queued_at: datetime
    started_at: datetime
    ended_at: datetime | None
    has_log: bool


class MeasuredStep(msgspec.Struct, frozen=True, kw_only=True):
    """What a step of an attempt took: seconds, seconds of all processors, and the most memory.

    ``memory_bytes`` is of the whole analysis process, at the moment within the step when it had
    most.
    """

    step: str
    seconds: float
    cpu_s: float
    memory_bytes: int


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt with what its steps took, and the last lines of its log.

    ``left_out`` is how many lines before them the page leaves out.

    ``is_away`` means that the storage does not answer, so that nobody knows about its log.
    """

    about: AttemptOfJob
    lines: list[LogLine] = []
    steps: list[MeasuredStep] = []
    left_out: int = 0
    is_away: bool = False


async def attempts_view(job: Job, storage: Folder) -> list[AttemptOfJob]:
    """Return the attempts at a job, oldest first.

    Raises:
        app.storage.StorageAwayError: the storage does not answer.
    """
    kept = await asyncio.to_thread(attempts_with_logs, storage, job.id)
    return [_view(each, kept) for each in await attempts_of(job.id)]


async def history(job: Job, storage: Folder) -> list[Block]:
    """Return the last attempts that have ended for the page of a job, the last one first."""
    ended = [_view(each, set()) for each in await attempts_of(job.id) if each.outcome]
    return [await _block(job, each, storage) for each in reversed(ended[-MOST_BLOCKS:])]


async def log_of(job: Job, attempt: int, storage: Folder, relay: Relay) -> bytes:
    """Return the log of an attempt, one JSON object a line; a running attempt has its lines so far.

    Raises:
        AttemptNotFoundError: there is no such attempt, or its log is not kept.
        app.storage.StorageAwayError: the storage does not answer.
    """
    about = await _attempt(job, attempt)
    if not about.outcome:
        return await _log_so_far(job, relay)
    return await _kept_log(about, storage) + encode_lines([_end_of(about)])


async def _attempt(job: Job, number: int) -> Attempt:
    """Return an attempt at a job by its number.

    Raises:
        AttemptNotFoundError: there is no such attempt.
    """
    for each in await attempts_of(job.id):
        if each.attempt == number:
            return each
    raise AttemptNotFoundError(f"Job {job.id} has no attempt {number}.")


async def _kept_log(attempt: Attempt, storage: Folder) -> bytes:
    content = await asyncio.to_thread(read_log, storage, attempt.job_id, attempt.attempt)
    if content is None:
        raise AttemptNotFoundError(NOT_KEPT.format(attempt.attempt))
    return content


async def profile_of(job: Job, attempt: int, storage: Folder) -> list[MeasuredStep]:
    """Return what the steps of an attempt that has ended took; none of a running one.

    Raises:
        AttemptNotFoundError: there is no such attempt, or its log is not kept.
        app.storage.StorageAwayError: the storage does not answer.
    """
    about = await _attempt(job, attempt)
    return _steps(decode_lines(await _kept_log(about, storage))) if about.outcome else []


async def _log_so_far(job: Job, relay: Relay) -> bytes:
    """Return what Redis has of the running attempt; nothing if it cannot be reached."""
    try:
        reading = await relay.streams.read(key_of(job.id), after=BEFORE_ALL)
    except RedisError:
        return b""
    return encode_lines(line_of(each.event, each.time) for each in reading.events)


async def _block(job: Job, about: AttemptOfJob, storage: Folder) -> Block:
    try:
        content = await asyncio.to_thread(read_log, storage, job.id, about.attempt)
    except StorageAwayError:
        return Block(about=about, is_away=True)
    if content is None:
        return Block(about=about)
    all_lines = decode_lines(content)
    lines = [line for line in all_lines if line.type != MEASURED]
    return Block(
        about=replace(about, has_log=True),
        steps=_steps(all_lines),
        lines=lines[-MOST_LINES:],
        left_out=max(0, len(lines) - MOST_LINES),
    )


def _steps(lines: Iterable[LogLine]) -> list[MeasuredStep]:
    return [
        MeasuredStep(
            step=line.step or "",
            seconds=line.seconds or 0.0,
            cpu_s=line.cpu_s or 0.0,
            memory_bytes=line.memory_bytes or 0,
        )
        for line in lines
        if line.type == MEASURED
    ]


def _view(attempt: Attempt, kept: set[int]) -> AttemptOfJob:
    return AttemptOfJob(
        attempt=attempt.attempt,
        outcome=attempt.outcome,
        message=attempt.message,
        queued_at=attempt.queued_at,
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
        has_log=attempt.outcome is None or attempt.attempt in kept,
    )


def _end_of(attempt: Attempt) -> LogLine:
    return end_line(attempt.outcome, attempt.message, attempt.ended_at)
