"""Health checks: whether each part of the installation works, checked within a time limit."""

import asyncio
import errno
import logging
import shutil
from dataclasses import dataclass, field
from typing import Literal

import msgspec
from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.tables import Job
from app.queue.worker_registry import WorkerRegistry
from app.runtime.disk_full import is_disk_full
from app.storage import Folder, StorageAwayError

PARTS = ("database", "redis", "storage")
ANSWER_TIMEOUT_S = 3
# Without the part's own error, which may name hosts and users; the log has it.
AWAY = "does not answer as it should"
FULL = "has a full disk"
READY = "ready"
NO_WORKER = "No worker has answered for {:.0f} s; jobs wait."
NO_SCHEDULER = "No scheduler has answered for {:.0f} s; jobs that lose their worker wait."
MARK = "sialoscope:ready"
# Less free space than any upload needs.
FULL_BELOW_BYTES = 1_000_000
FAULTS = (*DATABASE_FAULTS, RedisError, StorageAwayError, TimeoutError)

logger = logging.getLogger(__name__)


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether this server can accept work, and the state of each part."""

    status: Literal["ready", "not ready"]
    parts: dict[str, str]


NOT_READY = {503: ResponseSpec(Readiness, description="A part is down.", generate_examples=False)}


@dataclass(frozen=True)
class Health:
    """Checks the parts; a check that is still running is not started again."""

    redis: Redis
    storage: Folder
    workers: WorkerRegistry
    _running_checks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def parts(self) -> dict[str, bool]:
        """Whether each part works, within a few seconds."""
        return {part: state == READY for part, state in (await self.states()).items()}

    async def states(self) -> dict[str, str]:
        """The state of each part: ready, or its problem in a few words."""
        states = await asyncio.gather(*(self._state(part) for part in PARTS))
        return dict(zip(PARTS, states, strict=True))

    async def silent(self) -> dict[str, str]:
        """Which of workers and scheduler no longer answer, with a sentence for each."""
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                silence = await self.workers.silence()
        except FAULTS:
            return {}  # the state of Redis shows the problem
        found = {}
        if silence.workers_s and silence.of_workers:
            found["workers"] = NO_WORKER.format(silence.workers_s)
        if silence.scheduler_s and silence.of_scheduler:
            found["scheduler"] = NO_SCHEDULER.format(silence.scheduler_s)
        return found

    async def _state(self, part: str) -> str:
        check = self._running_checks.get(part)
        if check is None:
            check = self._running_checks[part] = asyncio.create_task(self._check(part))
            check.add_done_callback(lambda done: self._forget(part, done))
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await asyncio.shield(check)
        except FAULTS as error:
            state = FULL if is_disk_full(error) else AWAY
            logger.warning("The %s %s: %s", part, state, str(error) or type(error).__name__)
            return state
        return READY

    async def _check(self, part: str) -> None:
        match part:
            case "database":
                await Job.select(Job.id).limit(1)
            case "redis":  # a replica, or a Redis with a full disk, still answers a ping
                await self.redis.set(MARK, 1, px=1000)
            case _:
                await asyncio.to_thread(self._check_storage)

    def _check_storage(self) -> None:
        self.storage.check()
        if shutil.disk_usage(self.storage.root).free < FULL_BELOW_BYTES:
            raise OSError(errno.ENOSPC, "The disk is full")

    def _forget(self, part: str, done: asyncio.Task[None]) -> None:
        del self._running_checks[part]
        if not done.cancelled():
            done.exception()  # its callers have the error, or have left


@get("/health/live", exclude_from_auth=True, skip_session=True, tags=["health"])
async def is_alive() -> dict[str, str]:
    """Check that this process serves requests."""
    return {"status": "alive"}


@get(
    "/health/ready",
    exclude_from_auth=True,
    skip_session=True,
    tags=["health"],
    responses=NOT_READY,
)
async def is_ready(health: Health) -> Response[Readiness]:
    """Check that database, Redis and storage work: 200, or 503 with those that do not.

    Workers and scheduler are named if they have fallen silent, because jobs wait then.
    """
    parts = await health.states() | await health.silent()
    is_good = set(parts.values()) == {READY}
    readiness = Readiness(status="ready" if is_good else "not ready", parts=parts)
    return Response(readiness, status_code=200 if is_good else 503)


HANDLERS = [is_alive, is_ready]
