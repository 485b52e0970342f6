"""The scheduler process: claims what is due by the clock, and wakes a worker for each run."""

import asyncio
import logging

from redis.exceptions import RedisError
from taskiq import TaskiqScheduler
from taskiq.cli.scheduler.args import SchedulerArgs
from taskiq.cli.scheduler.run import run_scheduler
from taskiq.exceptions import SendTaskError

from app.contract.tasks import RUN_SCHEDULED
from app.db.engine.connect import DATABASE_FAULTS, kept_open
from app.db.schedules.runs import give_up_lost, note_sent, runs_to_send
from app.db.schedules.store import claim_due
from app.queue.broker import StreamBroker, send_task

# Also how soon a change of a schedule takes effect.
TICK_S = 2

logger = logging.getLogger(__name__)


async def run(broker: StreamBroker, ticks: TaskiqScheduler) -> None:
    """Keep time until the process is ended: the schedules of the database, and the ticks."""
    arguments = SchedulerArgs(ticks, modules=[], configure_logging=False)
    async with kept_open(), asyncio.TaskGroup() as both:
        both.create_task(run_scheduler(arguments))
        both.create_task(_keep_time(broker))


async def _keep_time(broker: StreamBroker) -> None:
    while True:
        try:
            await _tick(broker)
        except (*DATABASE_FAULTS, RedisError, SendTaskError) as error:
            logger.warning("The schedules wait for a part that is away: %s", error)
        await asyncio.sleep(TICK_S)


async def _tick(broker: StreamBroker) -> None:
    await give_up_lost()
    await claim_due()
    for each in await runs_to_send():
        await send_task(broker, RUN_SCHEDULED, each.id)
        await note_sent(each)
        logger.info("Woke a worker for run %s of the schedule %s.", each.id, each.schedule)
