"""The pool of a worker's analysis processes: start, lend and kill them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

from app.runtime.end_tasks import end_tasks
from workers.pool.analysis_process import AnalysisProcess, ProcessLimits

# One that lived shorter than this may never start here, so only a request starts the next one.
LEAST_LIFE_S = 10.0
# A process beyond the first that was idle for so long ends, and gives its memory back. Another one
# starts within a second.
SURPLUS_AFTER_S = 30.0

logger = logging.getLogger(__name__)


class ProcessPool:
    """Lends analysis processes; kills one whose request was not finished, or that had no memory.

    Libraries may keep what they had when they got no more memory, and the next table would fail.

    One is ready before the first request, and a process that ended is replaced at once, because its
    imports take longer than the analysis of a small table. Those beyond one end when they were idle
    for ``surplus_after_s``. They run ``module``, which uses the messages of
    ``workers.analysis.messages``.
    """

    def __init__(
        self,
        limits: ProcessLimits,
        *,
        module: str = "workers.analysis.process",
        least_life_s: float = LEAST_LIFE_S,
        surplus_after_s: float = SURPLUS_AFTER_S,
    ) -> None:
        self.module = module
        self._least_life_s = least_life_s
        self._surplus_after_s = surplus_after_s
        self._limits = limits
        self._idle: list[AnalysisProcess] = []  # the longest first
        self._surplus_ends = False
        self._running: set[AnalysisProcess] = set()
        self._starting = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pids(self) -> list[int]:
        """The ids of all processes, at work or idle."""
        return [each.pid for each in self._running]

    async def keep_one_ready(self) -> None:
        """Start a process for the next request, unless one is idle."""
        async with self._starting:
            if self._idle:
                return
            try:
                self._put_back(await self._start())
            except OSError as error:  # the next request tries again
                logger.warning("No analysis process could be started: %s", error)

    async def limit(self, limits: ProcessLimits) -> None:
        """Set the limits of the processes from now on; those at work keep theirs to their end."""
        async with self._starting:
            self._limits = limits
            while self._idle:
                await self._idle.pop().kill()
        await self.keep_one_ready()

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[AnalysisProcess]:
        """Lend an idle or a new process; after an error it is killed."""
        process = await self._take()
        try:
            yield process
        except BaseException:
            await process.kill()
            raise
        if process.ran_out_of_memory or process.limits != self._limits:
            await process.kill()
        else:
            self._put_back(process)

    async def close(self) -> None:
        """Kill the idle processes, and replace none any more."""
        await end_tasks(*self._tasks)
        while self._idle:
            await self._idle.pop().kill()

    async def _take(self) -> AnalysisProcess:
        async with self._starting:
            while self._idle:
                process = self._idle.pop()
                if process.is_alive:
                    return process
            return await self._start()

    async def _start(self) -> AnalysisProcess:
        process = await AnalysisProcess.start(self.module, self._limits)
        self._running.add(process)
        self._in_background(self._replace(process))
        return process

    def _put_back(self, process: AnalysisProcess) -> None:
        process.idle_since = asyncio.get_running_loop().time()
        self._idle.append(process)
        if len(self._idle) > 1 and not self._surplus_ends:
            self._surplus_ends = True
            self._in_background(self._end_surplus())

    async def _end_surplus(self) -> None:
        """End the processes beyond one, each when it was idle for long; return when one is left."""
        clock = asyncio.get_running_loop().time
        try:
            while len(self._idle) > 1:
                left_s = self._idle[0].idle_since + self._surplus_after_s - clock()
                if left_s > 0:
                    await asyncio.sleep(left_s)
                else:
                    await self._idle.pop(0).kill()
        finally:
            self._surplus_ends = False

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _replace(self, process: AnalysisProcess) -> None:
        """Have another process ready when one has ended that was able to work."""
        clock = asyncio.get_running_loop().time
        started_at = clock()
        try:
            await process.ended()
        finally:
            self._running.discard(process)
        if process in self._idle:
            self._idle.remove(process)
        if clock() - started_at >= self._least_life_s:
            await self.keep_one_ready()
