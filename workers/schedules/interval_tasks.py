"""Send tasks with an interval once, even with several schedulers."""

from redis.asyncio import Redis
from taskiq.abc.broker import AsyncBroker
from taskiq.exceptions import ScheduledTaskCancelledError
from taskiq.schedule_sources import LabelScheduleSource
from taskiq.scheduler.scheduled_task import ScheduledTask


class IntervalTasks(LabelScheduleSource):
    """A schedule source in which the first of several schedulers sends each task."""

    def __init__(self, broker: AsyncBroker, redis: Redis) -> None:
        super().__init__(broker)
        self._redis = redis

    async def pre_send(self, task: ScheduledTask) -> None:
        """Let the first scheduler send the task.

        Raises:
            ScheduledTaskCancelledError: another scheduler has sent this task.
        """
        if not isinstance(task.interval, int):
            raise TypeError(f"{task.task_name} has no interval in whole seconds.")
        key = f"sialoscope:scheduled:{task.task_name}"
        # A little shorter than the interval, so that it has expired at the next turn.
        if not await self._redis.set(key, 1, nx=True, px=task.interval * 1000 - 500):
            raise ScheduledTaskCancelledError
