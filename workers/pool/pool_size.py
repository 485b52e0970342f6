"""Keeps the number of jobs that a worker runs at once as an operator set it, while it runs.

A larger number holds within seconds. After a smaller one, running analyses finish, and the worker
takes the next job when fewer run than may.
"""

import logging
import os
import socket
from contextlib import suppress
from dataclasses import replace

from app.db.engine.connect import DATABASE_FAULTS
from app.db.worker_sizes import places_on
from app.queue.broker import StreamBroker
from app.runtime.background import Background, repeat
from app.runtime.machine_memory import analysis_memory_bytes
from app.settings import Settings
from workers.pool.analysis_process import ProcessLimits
from workers.pool.process_pool import ProcessPool

LOOK_EVERY_S = 5

logger = logging.getLogger(__name__)


class PoolSize:
    """Applies the number of places of this machine to the broker and the analysis processes."""

    def __init__(self, settings: Settings, broker: StreamBroker, processes: ProcessPool) -> None:
        self._settings = settings
        self._broker = broker
        self._processes = processes
        self._background = Background()
        self.places = settings.tasks_per_worker
        broker.take_at_most(self.places)

    async def start(self) -> None:
        """Apply the number, and look for another one in the background."""
        with suppress(*DATABASE_FAULTS):  # tried again below
            await self.look()
        self._background.start(
            repeat(
                self.look,
                every_s=LOOK_EVERY_S,
                faults=DATABASE_FAULTS,
                problem="The size of this worker waits for the database",
            )
        )

    async def stop(self) -> None:
        """Stop looking."""
        await self._background.stop()

    async def look(self) -> None:
        """Apply the number that holds for this machine now."""
        wanted = await places_on(socket.gethostname()) or self._settings.tasks_per_worker
        if wanted == self.places:
            return
        logger.info("This worker runs %d jobs at once now, not %d.", wanted, self.places)
        self.places = wanted
        await self._processes.limit(process_limits(self._settings, wanted))
        self._broker.take_at_most(wanted)


def process_limits(settings: Settings, places: int) -> ProcessLimits:
    """Return the share of the machine of each analysis process, of so many a worker."""
    settings = replace(settings, tasks_per_worker=places)
    cores_each = (os.cpu_count() or 1) // (settings.workers * places)
    return ProcessLimits(max(1, cores_each), analysis_memory_bytes(settings))
