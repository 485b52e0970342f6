"""Send the heartbeats of a worker, with its load, and obey when it is drained or resumed."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

import psutil
from msgspec.structs import replace
from redis.exceptions import RedisError

from app.observability.logs import PROCESS
from app.queue.heartbeats import SHOWN_EVERY_S, HeartbeatMessage
from app.queue.worker_registry import WorkerRegistry
from app.runtime.background import Background, repeat
from app.version import __version__

# Unique for each start: in containers the next worker may have the same host and process id.
WORKER = f"{PROCESS}:{uuid4().hex[:6]}"

logger = logging.getLogger(__name__)


class Heartbeat:
    """Sends heartbeats; calls ``obey`` when this worker becomes drained or takes jobs again."""

    def __init__(
        self,
        worker_registry: WorkerRegistry,
        *,
        places: Callable[[], int],
        analyses: Callable[[], list[int]],
        obey: Callable[[bool], None],
    ) -> None:
        self._registry = worker_registry
        self._places = places
        self._analyses = analyses
        self._obey = obey
        self._is_draining = False
        self._started_at = time.time()
        self._load = Load()
        self._background = Background()

    async def start(self) -> None:
        """Start the heartbeats in the background; returns at once."""
        self._background.start(
            repeat(
                self._show,
                every_s=SHOWN_EVERY_S,
                faults=(RedisError, psutil.Error, OSError),
                problem="The heartbeat of this worker could not be sent",
            )
        )

    async def stop(self) -> None:
        """Stop the heartbeats and remove this worker from the registry."""
        await self._background.stop()
        with suppress(RedisError):
            await self._registry.leave(WORKER)

    async def _show(self) -> None:
        cpu_percent, memory_bytes = await asyncio.to_thread(self._load.now, self._analyses())
        heartbeat = HeartbeatMessage(
            worker=WORKER,
            host=socket.gethostname(),
            pid=os.getpid(),
            version=__version__,
            started_at=self._started_at,
            places=self._places(),
            cpu_percent=cpu_percent,
            memory_bytes=memory_bytes,
            host_cpu_percent=psutil.cpu_percent(),
            host_memory_percent=psutil.virtual_memory().percent,
            is_draining=self._is_draining,
        )
        is_drained = await self._registry.show(heartbeat)
        if is_drained != self._is_draining:
            logger.info("This worker %s.", "is drained" if is_drained else "takes jobs again")
            self._is_draining = is_drained
            self._obey(is_drained)
            await self._registry.show(replace(heartbeat, is_draining=is_drained))


class Load:
    """Measures the processor time and memory of this process and its analyses."""

    def __init__(self) -> None:
        self._measured_at = time.monotonic()
        self._cpu_s: dict[int, float] = {}

    def now(self, analyses: list[int]) -> tuple[float, int]:
        """Return the percent of one core since the last call, and the bytes of memory now.

        ``analyses`` are the ids of the analysis processes. To look for children would read the
        state of every process of the machine.
        """
        memory_bytes, cpu_s = 0, {}
        for pid in (os.getpid(), *analyses):
            with suppress(psutil.Error):  # the process has ended meanwhile
                process = psutil.Process(pid)
                memory_bytes += process.memory_info().rss
                times = process.cpu_times()
                cpu_s[process.pid] = times.user + times.system
        used_s = sum(spent - self._cpu_s.get(pid, 0.0) for pid, spent in cpu_s.items())
        measured_at = time.monotonic()
        passed_s = max(measured_at - self._measured_at, 1e-3)
        self._measured_at, self._cpu_s = measured_at, cpu_s
        return round(100 * max(used_s, 0.0) / passed_s, 1), memory_bytes
