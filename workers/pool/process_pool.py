"""The pool of a worker's analysis processes: start, lend and kill them."""

import asyncio
import logging
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

import msgspec

from app.runtime.child_environment import without_secrets
from app.runtime.end_tasks import end_tasks
from app.runtime.memory_limits import limit_memory
from workers.analysis.messages import TOO_MUCH, Answer, Refused, Request, decode_answer, encode

# A line may hold a summary with all its warnings, which is more than asyncio's 64 KiB.
LONGEST_LINE_BYTES = 64 * 1024 * 1024
# One that lived shorter than this may never start here, so only a request starts the next one.
LEAST_LIFE_S = 10.0

# The signals that end a process without memory, or whose reader crashed on a damaged file.
CRASHES = (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL)

logger = logging.getLogger(__name__)


class ProcessDiedError(Exception):
    """The analysis process ended before its answer was complete."""


class ProcessCrashedError(ProcessDiedError):
    """The analysis process crashed, and would crash again with the same table."""


class ProcessLimits(NamedTuple):
    """How many threads Polars has in an analysis process, and how much memory the process."""

    polars_threads: int
    memory_bytes: int


class AnalysisProcess:
    """One process that runs one analysis at a time."""

    def __init__(self, process: Process, limits: ProcessLimits) -> None:
        self._process = process
        self.limits = limits
        self.ran_out_of_memory = False

    @classmethod
    async def start(cls, module: str, limits: ProcessLimits) -> "AnalysisProcess":
        """Start a process that runs a module, with limits on Polars threads and memory."""
        environment = without_secrets() | {"POLARS_MAX_THREADS": str(limits.polars_threads)}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            stdin=PIPE,
            stdout=PIPE,
            limit=LONGEST_LINE_BYTES,
            env=environment,
        )
        with suppress(ProcessLookupError):  # it has ended, which its first request will show
            limit_memory(limits.memory_bytes, pid=process.pid)
        return cls(process, limits)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process can take a request."""
        return self._process.returncode is None

    async def answers(self, request: Request) -> AsyncIterator[Answer]:
        """Send a request and yield the answers; the last is ``Done``, ``Refused`` or ``Faulted``.

        Raises:
            ProcessCrashedError: the process crashed on this table.
            ProcessDiedError: the process ended early for another reason.
        """
        if self._process.stdin is None or self._process.stdout is None:
            raise ProcessDiedError("The analysis process has no pipes.")
        self._process.stdin.write(encode(request) + b"\n")
        try:
            while line := await self._process.stdout.readline():
                answer = decode_answer.decode(line)
                if isinstance(answer, Refused) and answer.message == TOO_MUCH:
                    self.ran_out_of_memory = True
                yield answer
        except (ValueError, msgspec.DecodeError) as error:
            raise ProcessDiedError(f"The analysis process sent a wrong line: {error}") from error
        code = await self._process.wait()
        if code in CRASHES:
            raise ProcessCrashedError(
                f"The analysis process ended by {signal.Signals(-code).name}."
            )
        raise ProcessDiedError(f"The analysis process ended with code {code}.")

    def ask_to_stop(self) -> None:
        """Ask the process to stop its request after the current rule."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGUSR1)

    async def ended(self) -> None:
        """Wait until the process has ended."""
        await self._process.wait()

    async def kill(self) -> None:
        """Kill the process."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


class ProcessPool:
    """Lends analysis processes; kills one whose request was not finished, or that had no memory.

    Libraries may keep what they had when they got no more memory, and the next table would fail.

    One is ready before the first request, and a process that ended is replaced at once, because its
    imports take longer than the analysis of a small table. They run ``module``, which uses the
    messages of ``workers.analysis.messages``.
    """

    def __init__(
        self,
        limits: ProcessLimits,
        *,
        module: str = "workers.analysis.process",
        least_life_s: float = LEAST_LIFE_S,
    ) -> None:
        self.module = module
        self._least_life_s = least_life_s
        self._limits = limits
        self._idle: list[AnalysisProcess] = []
        self._running: set[AnalysisProcess] = set()
        self._starting = asyncio.Lock()
        self._replacements: set[asyncio.Task[None]] = set()

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
                self._idle.append(await self._start())
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
            self._idle.append(process)

    async def close(self) -> None:
        """Kill the idle processes, and replace none any more."""
        await end_tasks(*self._replacements)
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
        replacement = asyncio.create_task(self._replace(process))
        self._replacements.add(replacement)
        replacement.add_done_callback(self._replacements.discard)
        return process

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
