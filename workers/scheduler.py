"""The scheduler process: start due schedules, and wake workers for waiting jobs.

Every installation runs it beside the workers, so it notices when a worker goes silent. Of several
schedulers, one at a time does the work.
"""

import asyncio
import logging
import time
from functools import partial

from redis.exceptions import RedisError
from taskiq import TaskiqScheduler
from taskiq.cli.common_args import LogLevel
from taskiq.cli.scheduler.args import SchedulerArgs
from taskiq.cli.scheduler.run import run_scheduler
from taskiq.exceptions import SendTaskError

from app.contract.tasks import RUN_SCHEDULED
from app.db.engine.connect import DATABASE_FAULTS, kept_open
from app.db.schedules.runs import give_up_lost, note_sent, runs_to_send
from app.db.schedules.store import claim_due
from app.queue.broker import StreamBroker, send_task
from app.runtime.watchdog import alive
from workers.upkeep.turn import Turn, Upkeep

# The interval of the work: a lost lease is noticed this soon, a changed schedule a little later.
TICK_S = 2
RUNS_EVERY_S = 5
# The tasks with an interval have ten seconds and more.
INTERVAL_TASKS_EVERY_S = 5
# A server that hangs must not block the other work; the next tick tries again.
LONGEST_TURN_S = 30

logger = logging.getLogger(__name__)


async def run(
    broker: StreamBroker,
    ticks: TaskiqScheduler,
    upkeep: Upkeep,
) -> None:
    """Run the schedules of the database and the interval tasks until the process ends."""
    # Otherwise it logs every task that it sends, which is one in ten seconds.
    quiet = LogLevel.WARNING
    arguments = SchedulerArgs(
        ticks,
        modules=[],
        configure_logging=False,
        log_level=quiet,
        loop_interval=INTERVAL_TASKS_EVERY_S,
    )
    async with kept_open(), alive(upkeep.settings), asyncio.TaskGroup() as both:
        await upkeep.tally.start()
        await upkeep.log_level.start()
        both.create_task(run_scheduler(arguments))
        both.create_task(_keep_time(broker, upkeep))


async def _keep_time(broker: StreamBroker, upkeep: Upkeep) -> None:
    turns = [*upkeep.turns, Turn(partial(_wake_for_runs, broker), RUNS_EVERY_S)]
    next_at = dict.fromkeys(turns, 0.0)
    while True:
        for turn in turns:
            if time.monotonic() >= next_at[turn]:
                next_at[turn] = time.monotonic() + turn.every_s
                await _take(turn)
        await asyncio.sleep(TICK_S)


async def _take(turn: Turn) -> None:
    try:
        async with asyncio.timeout(LONGEST_TURN_S):
            await turn.work()
    except (*DATABASE_FAULTS, RedisError, SendTaskError) as error:
        logger.warning("The scheduler waits for Redis or the database: %s", error)


async def _wake_for_runs(broker: StreamBroker) -> None:
    await give_up_lost()
    await claim_due()
    for each in await runs_to_send():
        await send_task(broker, RUN_SCHEDULED, each.id)
        await note_sent(each)
        logger.info("Woke a worker for run %s of the schedule %s.", each.id, each.schedule)
