"""The scheduler process: start due schedules, and wake workers for waiting jobs.

Every installation runs it beside the workers, so it notices when a worker goes silent. Of several
schedulers, one at a time does the work.
"""

import asyncio
import logging
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
from workers.upkeep import Turn, Upkeep

# The interval of the work. A changed schedule or a lost lease is noticed this soon.
TICK_S = 2
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
    arguments = SchedulerArgs(ticks, modules=[], configure_logging=False, log_level=quiet)
    async with kept_open(), alive(upkeep.settings), asyncio.TaskGroup() as both:
        await upkeep.tally.start()
        await upkeep.log_level.start()
        both.create_task(run_scheduler(arguments))
        both.create_task(_keep_time(broker, upkeep))


async def _keep_time(broker: StreamBroker, upkeep: Upkeep) -> None:
    turns: list[Turn] = [*upkeep.turns, partial(_wake_for_runs, broker)]
    while True:
        for turn in turns:
            try:
                async with asyncio.timeout(LONGEST_TURN_S):
                    await turn()
            except (*DATABASE_FAULTS, RedisError, SendTaskError) as error:
                logger.warning("The scheduler waits for Redis or the database: %s", error)
        await asyncio.sleep(TICK_S)


async def _wake_for_runs(broker: StreamBroker) -> None:
    await give_up_lost()
    await claim_due()
    for each in await runs_to_send():
        await send_task(broker, RUN_SCHEDULED, each.id)
        await note_sent(each)
        logger.info("Woke a worker for run %s of the schedule %s.", each.id, each.schedule)
