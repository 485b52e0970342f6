"""The checks of the rules: each says what the trouble is, or that there is none, or nothing.

A part that does not answer leaves its rules undecided, so nothing is raised and nothing ends.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.db.jobs.history.attempts import count_ended
from app.db.jobs.turns.queue_pause import current_pause
from app.db.queue_state import queue_now
from app.notifications.alerts.certificate import ends_at
from app.notifications.alerts.methods import out_of_control
from app.queue.worker_registry import WorkerRegistry
from app.settings import Settings

AN_HOUR = timedelta(hours=1)
# A share of fewer jobs says little.
FEWEST_ENDED = 5
# A certificate changes seldom, and each look is a connection.
LOOK_AT_CERTIFICATE_EVERY = timedelta(minutes=10)

# The sentence about a trouble, "" without one, None if that cannot be known now.
Found: TypeAlias = str | None


@dataclass
class Checks:
    """Checks each rule against its threshold, ``since`` this scheduler started."""

    settings: Settings
    redis: Redis
    workers: WorkerRegistry
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    _certificate_ends: datetime | None = None
    _looked_at: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    def of(self, rule: str) -> Callable[[int], Awaitable[Found]]:
        """Return the check of a rule, which takes its threshold."""
        return {
            "no_worker": self.no_worker,
            "stale_queue": self.stale_queue,
            "failures": self.failures,
            "disk": self.disk,
            "redis_memory": self.redis_memory,
            "certificate": self.certificate,
            "method": self.method,
        }[rule]

    async def no_worker(self, most_s: int) -> Found:
        """Check that any worker has answered in the last seconds.

        One that has never answered may start later than this scheduler, by as many seconds.
        """
        try:
            silent_s = (await self.workers.silence()).workers_s
        except RedisError:
            return None
        if silent_s is None:
            is_late = datetime.now(UTC) - self.since > timedelta(seconds=most_s)
            return "No worker has ever answered, so jobs wait." * is_late
        return f"No worker has answered for {silent_s:.0f} s, so jobs wait." * (silent_s > most_s)

    async def stale_queue(self, most_minutes: int) -> Found:
        """Check the longest wait of a job; while an operator has paused the queue it may wait."""
        if await current_pause():
            return ""
        queue = await queue_now()
        minutes = queue.oldest_s / 60
        waiting = queue.jobs.get("queued", 0)
        says = f"A job has waited for {minutes:.0f} minutes; {waiting} wait in all."
        return says * (minutes > most_minutes)

    async def failures(self, most_percent: int) -> Found:
        """Check the share of failed jobs among those that ended in the last hour."""
        since = datetime.now(UTC) - AN_HOUR
        failed = await count_ended("failed", since=since)
        ended = failed + await count_ended("succeeded", since=since)
        is_trouble = ended >= FEWEST_ENDED and failed * 100 > most_percent * ended
        return f"{failed} of the {ended} jobs that ended in the last hour failed." * is_trouble

    async def disk(self, most_percent: int) -> Found:
        """Check the disks of the data folder and of the storage of the scheduler's machine."""
        folders = [self.settings.data_folder]
        if self.settings.storage_url.startswith("file:"):
            folders.append(Path(urlsplit(self.settings.storage_url).path))
        for folder in filter(Path.is_dir, folders):
            try:
                disk = await asyncio.to_thread(shutil.disk_usage, folder)
            except OSError:
                return None
            percent = 100 * (1 - disk.free / disk.total)
            if percent > most_percent:
                left = f"{disk.free / 1e9:.1f} GB are free"
                return f"The disk of {folder} is full to {percent:.0f} %; {left}."
        return ""

    async def redis_memory(self, most_percent: int) -> Found:
        """Check the memory of Redis against its limit, or against the machine without one."""
        try:
            info: dict[str, Any] = await self.redis.info("memory")
        except RedisError:
            return None
        limit = int(info.get("maxmemory", 0)) or int(info.get("total_system_memory", 0))
        if not limit:
            return None
        used = int(info["used_memory"])
        says = f"Redis uses {used / 1e6:,.0f} MB of the {limit / 1e6:,.0f} MB that it may use."
        return says * (used * 100 > most_percent * limit)

    async def certificate(self, fewest_days: int) -> Found:
        """Check when the certificate of the public address ends."""
        if not self.settings.is_https:
            return ""
        now = datetime.now(UTC)
        if now - self._looked_at >= LOOK_AT_CERTIFICATE_EVERY:
            self._looked_at = now
            self._certificate_ends = await ends_at(self.settings.public_url)
        if self._certificate_ends is None:
            return None
        ends = self._certificate_ends
        verb = "ended" if ends <= now else "ends"
        says = f"The certificate of {self.settings.public_url} {verb} at {ends:%Y-%m-%d %H:%M} UTC."
        return says * (ends - now < timedelta(days=fewest_days))

    async def method(self, hours: int) -> Found:
        """Check the last run of each method with a retention library, within some hours."""
        return await out_of_control(datetime.now(UTC) - timedelta(hours=hours))
