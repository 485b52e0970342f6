"""The attempts at a job as its page and the API show them, and the log of each."""

import asyncio
from datetime import datetime

import msgspec
from msgspec.structs import replace
from redis.exceptions import RedisError

from app.contract.attempt_log import LogLine, decode_lines, encode_lines, end_line, line_of
from app.db.jobs.attempts import attempts_of
from app.db.jobs.tables import Attempt, Job
from app.progress.relay import Relay
from app.progress.streams import BEFORE_ALL, key_of
from app.storage import Folder, StorageAwayError
from app.storage.attempt_logs import attempts_with_logs, read_log
from app.web.http.errors import AttemptNotFoundError

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


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt with the last lines of its log, of which the page leaves out the first ones.

    ``is_away`` means that the storage does not answer, so that nobody knows about its log.
    """

    about: AttemptOfJob
    lines: list[LogLine] = []
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
    """Return the log of an attempt as JSON, one object a line; of a running one as far as it is.

    Raises:
        AttemptNotFoundError: there is no such attempt, or its log is not kept.
        app.storage.StorageAwayError: the storage does not answer.
    """
    about = next((each for each in await attempts_of(job.id) if each.attempt == attempt), None)
    if about is None:
        raise AttemptNotFoundError(f"Job {job.id} has no attempt {attempt}.")
    if not about.outcome:
        return await _log_so_far(job, relay)
    content = await asyncio.to_thread(read_log, storage, job.id, attempt)
    if content is None:
        raise AttemptNotFoundError(NOT_KEPT.format(attempt))
    return content + encode_lines([_end_of(about)])


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
    lines = decode_lines(content)
    return Block(
        about=replace(about, has_log=True),
        lines=lines[-MOST_LINES:],
        left_out=max(0, len(lines) - MOST_LINES),
    )


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
