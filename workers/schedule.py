"""The schedule of the tasks, safe to be kept by several schedulers at once."""

from redis.asyncio import Redis
from taskiq.abc.broker import AsyncBroker
from taskiq.exceptions import ScheduledTaskCancelledError
from taskiq.schedule_sources import LabelScheduleSource
from taskiq.scheduler.scheduled_task import ScheduledTask

# Longer than the minute within which a cron schedule is due.
CRON_GUARD_S = 180


class GuardedSchedule(LabelScheduleSource):
    """Sends what is due once, whichever scheduler comes first."""

    def __init__(self, broker: AsyncBroker, redis: Redis) -> None:
        super().__init__(broker)
        self._redis = redis

    async def pre_send(self, task: ScheduledTask) -> None:
        """Let the first of the schedulers pass.

        Raises:
            ScheduledTaskCancelledError: another scheduler has sent this one.
        """
        seconds = task.interval if isinstance(task.interval, int) else CRON_GUARD_S
        key = f"sialoscope:scheduled:{task.task_name}"
        # A little less than the interval, for the same scheduler's next turn is due then.
        if not await self._redis.set(key, 1, nx=True, px=seconds * 1000 - 500):
            raise ScheduledTaskCancelledError
