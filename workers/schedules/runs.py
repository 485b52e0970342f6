"""Run the task of a schedule: claim the run, do the work, and record its outcome."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import NamedTuple, TypeAlias

from app.contract.schedules import Outcome, Scheduled
from app.db.engine.connect import DATABASE_FAULTS
from app.db.schedules.runs import LEASE_S, claim_run, end_run, renew_run
from app.db.schedules.store import get_schedule
from app.db.schedules.tables import ScheduleRun
from app.runtime.background import repeat

logger = logging.getLogger(__name__)


class Done(NamedTuple):
    """The outcome of a task: a sentence, and its numbers."""

    message: str
    counts: dict[str, int]

    @classmethod
    def with_counts(cls, did: str, counts: dict[str, int]) -> "Done":
        """Return an outcome whose sentence lists all the numbers."""
        numbers = ", ".join(f"{name.replace('_', ' ')}: {n:,}" for name, n in counts.items())
        return cls(f"{did} {numbers}.", counts)


Work: TypeAlias = Callable[[], Awaitable[Done]]


class ScheduleRuns:
    """Runs the tasks of schedules. Another worker may start a task again at any time."""

    def __init__(self, tasks: Mapping[Scheduled, Work]) -> None:
        self._tasks = tasks

    async def run(self, run_id: str) -> None:
        """Run the task, unless another worker has the run or it has ended."""
        run = await claim_run(run_id)
        if run is None:
            return
        schedule = await get_schedule(run.schedule)
        try:
            async with _lease_kept(run):
                done = await self._tasks[Scheduled(schedule.task)]()
        except Exception as error:
            logger.exception("Run %s of the schedule %s failed.", run.id, run.schedule)
            await end_run(run, Outcome.FAILED, f"{type(error).__name__}: {error}")
        else:
            logger.info("Run %s of the schedule %s: %s", run.id, run.schedule, done.message)
            await end_run(run, Outcome.SUCCEEDED, done.message, done.counts)


@asynccontextmanager
async def _lease_kept(run: ScheduleRun) -> AsyncIterator[None]:
    """Renew the lease of a run while the body runs."""
    keeper = asyncio.create_task(
        repeat(
            partial(renew_run, run),
            every_s=LEASE_S / 3,
            faults=DATABASE_FAULTS,
            problem=f"The lease of run {run.id} could not be renewed",
        )
    )
    try:
        yield
    finally:
        keeper.cancel()
