"""The sweeper's tick: sent every few seconds, once, however many schedulers there are."""

from redis.asyncio import Redis
from taskiq.abc.broker import AsyncBroker
from taskiq.exceptions import ScheduledTaskCancelledError
from taskiq.schedule_sources import LabelScheduleSource
from taskiq.scheduler.scheduled_task import ScheduledTask


class GuardedSchedule(LabelScheduleSource):
    """Sends a task that comes round by an interval once, whichever scheduler comes first."""

    def __init__(self, broker: AsyncBroker, redis: Redis) -> None:
        super().__init__(broker)
        self._redis = redis

    async def pre_send(self, task: ScheduledTask) -> None:
        """Let the first of the schedulers pass.

        Raises:
            ScheduledTaskCancelledError: another scheduler has sent this one.
        """
        if not isinstance(task.interval, int):
            raise TypeError(f"{task.task_name} has no interval in whole seconds.")
        key = f"sialoscope:scheduled:{task.task_name}"
        # A little less than the interval, for the same scheduler's next turn is due then.
        if not await self._redis.set(key, 1, nx=True, px=task.interval * 1000 - 500):
            raise ScheduledTaskCancelledError
