"""Returns the jobs of dead workers of this machine to the queue when a worker starts.

A process manager such as systemd starts a worker again and does not say that the one before has
died. Without this the jobs of that one would wait until their leases expire.
"""

import logging
import os
import socket

import psutil
from redis.exceptions import RedisError

from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.store import JobStore
from app.observability.metrics.measured import LOST_LEASES
from app.queue.heartbeats import SHOWN_EVERY_S
from app.queue.worker_registry import WorkerRegistry
from app.runtime.background import Background, repeat

# Two missing heartbeats: a worker of the same host name that lives in another container has a
# process id that this machine does not know, but it sends heartbeats.
SILENT_S = 2 * SHOWN_EVERY_S + 0.5
LOOK_EVERY_S = 1.0
# As long as a heartbeat may be missing; later the leases have expired anyway.
LOOKS = 10

logger = logging.getLogger(__name__)


class DeadWorkers:
    """Looks for jobs of workers that have ended on this machine, for some seconds."""

    def __init__(self, jobs: JobStore, registry: WorkerRegistry, *, own: str) -> None:
        self._jobs = jobs
        self._registry = registry
        self._own = own
        self._background = Background()

    async def start(self) -> None:
        """Start to look in the background; returns at once."""
        self._background.start(
            repeat(
                self.release,
                every_s=LOOK_EVERY_S,
                faults=(*DATABASE_FAULTS, RedisError),
                problem="The jobs of dead workers wait for their leases",
                times=LOOKS,
            )
        )

    async def stop(self) -> None:
        """Stop looking."""
        await self._background.stop()

    async def release(self) -> int:
        """Return the jobs of dead workers to the queue, and return how many there were."""
        heard = {
            each.heartbeat.worker
            for each in await self._registry.seen()
            if each.silent_s < SILENT_S
        }
        dead = {
            worker
            for worker in await self._jobs.holders(socket.gethostname())
            if worker not in heard and worker != self._own and not _runs(worker)
        }
        released = sum([await self._jobs.release_held_by(worker) for worker in sorted(dead)])
        if released:
            logger.warning("Returned %d jobs of dead workers to the queue.", released)
            LOST_LEASES.inc(released)
        return released


def _runs(worker: str) -> bool:
    """Whether the process of another worker exists; its number may be that of this one by now."""
    pid = int(worker.split(":")[1])
    return pid != os.getpid() and psutil.pid_exists(pid)
