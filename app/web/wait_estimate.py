"""Estimates how long a queued job waits, from the jobs that succeeded last.

The bytes before it in the queue, and the rest of the running jobs, take as long per byte as those
jobs did, shared among the places of the workers that accept jobs.
"""

import asyncio
from dataclasses import dataclass, field
from math import ceil, log10

from msgspec.structs import replace
from redis.exceptions import RedisError

from app.db.jobs.quotas.limits import why_limited
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.jobs.turns.estimate import Load, load_before
from app.db.jobs.turns.queue_pause import Pause, current_pause
from app.queue.worker_registry import WorkerRegistry
from app.web import words
from app.web.job_view import JobView, view

# Fewer jobs than this give no estimate.
FEWEST_SAMPLES = 3
SHORTEST_S = 5


@dataclass(frozen=True)
class WaitEstimate:
    """Reads queued jobs with their place in the queue and their estimated wait."""

    jobs: JobStore
    worker_registry: WorkerRegistry
    _reads: dict[str, asyncio.Task[Job]] = field(default_factory=dict)
    _looks: list[asyncio.Task[str]] = field(default_factory=list)

    async def row(self, job_id: str) -> Job:
        """The job's current row, read once for all clients that ask at the same moment.

        It may come from a read that was already running.

        Raises:
            JobNotFoundError: There is no such job.
        """
        reading = self._reads.get(job_id)
        if reading is None:
            reading = self._reads[job_id] = asyncio.create_task(self.jobs.get(job_id))
            reading.add_done_callback(lambda _: self._reads.pop(job_id))
        return await asyncio.shield(reading)  # a client that leaves must not cancel it for others

    async def view(self, job: Job) -> JobView:
        """The job with its place in the queue and its estimated wait."""
        position = await self.jobs.position(job)
        if position is None:
            return view(job)
        pause = await current_pause()
        wait_s = None if pause else await self._wait_s(job)
        seen = view(job, queue_position=position, estimated_wait_s=wait_s)
        if pause:
            return replace(seen, queue_paused=True, message=paused_sentence(pause))
        if limited := await why_limited(job.owner):
            return replace(seen, estimated_wait_s=None, message=limited)
        silent = await self.no_worker()
        return replace(seen, message=silent) if silent else seen

    async def why_all_wait(self) -> str:
        """A sentence if no job is claimed now, because of a pause or silence; otherwise empty.

        As with ``row``, all clients that ask at the same moment share one look: a thousand quiet
        streams ask again every 15 s.
        """
        if not self._looks:
            self._looks.append(asyncio.create_task(self._why_all_wait()))
            self._looks[0].add_done_callback(self._looks.remove)
        return await asyncio.shield(self._looks[0])

    async def _why_all_wait(self) -> str:
        pause = await current_pause()
        return paused_sentence(pause) if pause else await self.no_worker()

    async def no_worker(self) -> str:
        """A sentence if no worker answers while jobs wait; otherwise empty."""
        try:
            silence = await self.worker_registry.silence()
        except RedisError:
            return ""
        if not silence.workers_s or not silence.of_workers:
            return ""
        return words.NO_WORKER.format(silence.workers_s)

    async def _wait_s(self, job: Job) -> int | None:
        try:
            places = await self.worker_registry.places()
        except RedisError:
            return None
        return estimated_wait_s(await load_before(job), places=places)


def paused_sentence(pause: Pause) -> str:
    """Who paused the queue, since when, and what that means."""
    return words.QUEUE_PAUSED.format(by=pause.by, since=pause.since)


def estimated_wait_s(load: Load, *, places: int) -> int | None:
    """The wait in seconds, rounded up to one digit; None if it cannot be estimated."""
    if not places or load.samples < FEWEST_SAMPLES or not load.sampled_bytes:
        return None
    s_per_byte = load.sampled_s / load.sampled_bytes
    work_s = load.bytes_before * s_per_byte
    work_s += sum(max(0.0, size * s_per_byte - ran_s) for size, ran_s in load.running)
    return _round_up(work_s / places)


def _round_up(seconds: float) -> int:
    if seconds <= SHORTEST_S:
        return SHORTEST_S
    unit: int = 10 ** int(log10(seconds))
    return ceil(seconds / unit) * unit
