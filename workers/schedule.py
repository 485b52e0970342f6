"""The schedule of the tasks, safe with several schedulers at once and after a missed run."""

from datetime import UTC, datetime, timedelta

from redis.asyncio import Redis
from taskiq.abc.broker import AsyncBroker
from taskiq.exceptions import ScheduledTaskCancelledError
from taskiq.schedule_sources import LabelScheduleSource
from taskiq.scheduler.scheduled_task import ScheduledTask

# Longer than the minute within which a cron schedule is due.
CRON_GUARD_S = 180


# What is not run so long after it was due was missed: the service was down.
MISSED_AFTER = timedelta(minutes=10)


class DailyRun:
    """Whether the run of the day, due at an hour of UTC, has begun; Redis remembers it."""

    def __init__(self, redis: Redis, name: str, *, hour: int) -> None:
        self._redis = redis
        self._name = name
        self._hour = hour

    async def note_begun(self) -> None:
        """Note that the latest run that is due begins."""
        await self._begin(self._last_due(datetime.now(UTC)))

    async def is_missed(self) -> bool:
        """Whether the latest run is overdue and nobody began it; says so once."""
        now = datetime.now(UTC)
        due_at = self._last_due(now)
        return now - due_at > MISSED_AFTER and await self._begin(due_at)

    async def _begin(self, due_at: datetime) -> bool:
        key = f"sialoscope:daily:{self._name}:{due_at:%Y-%m-%d}"
        return bool(await self._redis.set(key, 1, nx=True, ex=timedelta(days=2)))

    def _last_due(self, now: datetime) -> datetime:
        today = now.replace(hour=self._hour, minute=0, second=0, microsecond=0)
        return today if today <= now else today - timedelta(days=1)


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
