"""The board of operations: the state of all parts at one moment."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.contract.tasks import JobState
from app.db.accounts.store import AccountStore
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.history.attempts import LOST, count_ended, last_lost
from app.db.jobs.lists.search import JobFilter, find_jobs, last_failed
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Attempt
from app.db.queue_state import Queue, queue_now
from app.disk_usage import Sizes, last_measured
from app.figures import latest_figures
from app.queue.broker import StreamBroker
from app.queue.heartbeats import Seen
from app.queue.worker_registry import WorkerRegistry
from app.version import __version__
from app.web.features.ops.forecast import Forecast, forecast
from app.web.features.ops.redis_state import RedisInspector, RedisState
from app.web.features.ops.views import JobOf, LostJob, WorkerView, jobs_of_all, worker_view
from app.web.features.queue.views import PauseView, pause_view

MOST_RUNNING = 200
MOST_FAILURES = 5
MOST_LOST = 3
FIGURES_OF_AN_HOUR = 60
A_DAY = timedelta(days=1)

T = TypeVar("T")


class QueueView(msgspec.Struct, frozen=True, kw_only=True):
    """The queued and running jobs, how long the oldest waits, and wake-ups that no worker took.

    ``oldest_s`` is in seconds; ``wake_ups`` is null if Redis is down. ``pause`` says who paused the
    queue and since when, null if it is not paused.
    """

    waiting: int
    running: int
    oldest_s: float
    wake_ups: int | None
    pause: PauseView | None


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """How many attempts ended in each way in the last 24 hours."""

    succeeded: int
    failed: int
    retried: int
    lost: int


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """The installation at a moment (UTC); the data of a part that is down is null or empty.

    ``warnings`` are of redis_away, database_away, no_worker, all_drained and worker_silent.
    """

    at: datetime
    version: str
    queue: QueueView | None
    day: Day | None
    workers: list[WorkerView]
    failures: list[JobOf]
    redis: RedisState | None
    sizes: Sizes | None
    forecast: Forecast | None
    warnings: list[str]


@dataclass(frozen=True)
class Ops:
    """Reads the board from the parts of the installation."""

    jobs: JobStore
    broker: StreamBroker
    worker_registry: WorkerRegistry
    look: RedisInspector

    @classmethod
    def over(cls, redis: Redis, jobs: JobStore, broker: StreamBroker) -> "Ops":
        """An instance that reads these parts."""
        return cls(jobs, broker, WorkerRegistry(redis), RedisInspector(redis))

    async def board(self) -> Board:
        """Read the current board."""
        seen = await _or_none_if_down(self.worker_registry.seen())
        redis = await _or_none_if_down(self.look.state())
        queue = await _or_none_if_down(queue_now())
        workers = await _or_none_if_down(self._workers(seen or []))
        return Board(
            at=datetime.now(UTC),
            version=__version__,
            queue=await self._queue(queue) if queue else None,
            day=await _or_none_if_down(_last_day()),
            workers=workers or [],
            failures=await _or_none_if_down(_failures()) or [],
            redis=redis,
            sizes=await _or_none_if_down(last_measured(self.look.redis)),
            forecast=await _or_none_if_down(self._forecast(seen or [], queue)) if queue else None,
            warnings=_warnings(seen, queue, is_redis_away=redis is None),
        )

    async def _forecast(self, seen: list[Seen], queue: Queue) -> Forecast:
        noted = await latest_figures(self.look.redis, FIGURES_OF_AN_HOUR)
        places = sum(each.heartbeat.places for each in seen if each.takes_jobs)
        return await forecast(queue, noted, places=places)

    async def _queue(self, queue: Queue) -> QueueView:
        return QueueView(
            waiting=queue.jobs.get(JobState.QUEUED, 0),
            running=queue.jobs.get(JobState.RUNNING, 0),
            oldest_s=round(queue.oldest_s, 1),
            wake_ups=await _or_none_if_down(self.broker.undelivered()),
            pause=await _or_none_if_down(pause_view()),
        )

    async def _workers(self, seen: list[Seen]) -> list[WorkerView]:
        which = JobFilter(states=(JobState.RUNNING,))
        running = await jobs_of_all(await find_jobs(which, owner=None, limit=MOST_RUNNING))
        names = await AccountStore().names({each.drained_by or "" for each in seen})
        return [
            worker_view(
                each,
                [] if each.is_silent else [j for j in running if j.worker == each.heartbeat.worker],
                await self._lost(each.heartbeat.worker) if each.is_silent else [],
                drained_by=names.get(each.drained_by or "", each.drained_by),
            )
            for each in seen
        ]

    async def _lost(self, worker: str) -> list[LostJob]:
        return [await self._lost_job(each) for each in await last_lost(worker, limit=MOST_LOST)]

    async def _lost_job(self, attempt: Attempt) -> LostJob:
        """The present state of a job whose attempt was lost."""
        try:
            job = await self.jobs.get(attempt.job_id)
        except JobNotFoundError:
            job = None
        was_put_back = attempt.outcome == LOST
        return LostJob(
            job_id=attempt.job_id,
            file_name=job.file_name if job else None,
            attempt=attempt.attempt,
            was_put_back=was_put_back,
            status=job.state if job else None,
            worker=job.worker if job and job.attempt > attempt.attempt else None,
            lease_until=None if was_put_back or job is None else job.lease_until,
        )


async def _last_day() -> Day:
    since = datetime.now(UTC) - A_DAY
    names = Day.__struct_fields__
    return Day(**{name: await count_ended(name, since=since) for name in names})


async def _failures() -> list[JobOf]:
    return await jobs_of_all(await last_failed(limit=MOST_FAILURES))


def _warnings(seen: list[Seen] | None, queue: Queue | None, *, is_redis_away: bool) -> list[str]:
    alive = [each for each in seen or [] if not each.is_silent]
    found = {
        "redis_away": is_redis_away,
        "database_away": queue is None,
        "no_worker": seen is not None and not alive,
        "all_drained": bool(alive) and not any(each.takes_jobs for each in alive),
        "worker_silent": len(alive) < len(seen or []),
    }
    return [code for code, holds in found.items() if holds]


async def _or_none_if_down(reading: Awaitable[T]) -> T | None:
    """The result of a read, or None if the part is down."""
    try:
        return await reading
    except (RedisError, *DATABASE_FAULTS):
        return None
