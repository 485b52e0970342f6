"""What a worker says in its heartbeat, and after how long a silence it counts as gone."""

from typing import NamedTuple

import msgspec

SHOWN_EVERY_S = 2
# Four missing heartbeats.
SILENT_AFTER_S = 8


class HeartbeatMessage(msgspec.Struct, frozen=True, kw_only=True):
    """The heartbeat of a worker.

    ``places`` is how many tasks it runs at once. ``cpu_percent`` (100 is one core) and
    ``memory_bytes`` include its analyses. ``host_cpu_percent`` and ``host_memory_percent`` are of
    its whole machine. ``is_draining`` means that it takes no new job.
    """

    worker: str
    host: str
    pid: int
    version: str
    started_at: float
    places: int
    cpu_percent: float
    memory_bytes: int
    host_cpu_percent: float
    host_memory_percent: float
    is_draining: bool


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's last heartbeat, ``silent_s`` seconds ago, and the user who drained it, if any."""

    heartbeat: HeartbeatMessage
    silent_s: float
    drained_by: str | None

    @property
    def is_silent(self) -> bool:
        """Whether its heartbeats stopped, because it is dead, frozen or without network."""
        return self.silent_s > SILENT_AFTER_S

    @property
    def takes_jobs(self) -> bool:
        """Whether it will take waiting jobs."""
        return not self.is_silent and self.drained_by is None


class Silence(NamedTuple):
    """Seconds since the last heartbeat of any worker and any scheduler; None if there was none."""

    workers_s: float | None
    scheduler_s: float | None

    @property
    def of_workers(self) -> bool:
        """Whether all workers are silent, so that jobs wait."""
        return self.workers_s is None or self.workers_s > SILENT_AFTER_S

    @property
    def of_scheduler(self) -> bool:
        """Whether the scheduler is silent, so that jobs of lost workers wait."""
        return self.scheduler_s is None or self.scheduler_s > SILENT_AFTER_S
