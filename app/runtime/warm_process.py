"""Run a module in a limited process that stays for the next request, so that answers come fast.

The process reads a request a line from its standard input and writes an answer a line to its
standard output. It ends when its input closes (``requests_until_end``), so it does not outlive
this process.
"""

import asyncio
import contextlib
import tempfile
from asyncio.subprocess import Process
from pathlib import Path

import psutil

from app.runtime.limited_process import (
    Limits,
    ProcessDiedError,
    TookTooLongError,
    ask_process,
    start_process,
)

# A process that nobody asks any more gives its memory back after so many seconds.
IDLE_S = 600.0
# Python, Polars and a table of 100,000 rows take 200 MB. A process with more is not kept.
MOST_IDLE_BYTES = 250_000_000


class WarmProcess:
    """Answers requests in a process with limits.

    Requests at the same time get a process each, and one of them is kept, if it is small.
    """

    def __init__(
        self,
        module: str,
        limits: Limits,
        *,
        idle_s: float = IDLE_S,
        most_idle_bytes: int = MOST_IDLE_BYTES,
    ) -> None:
        self._module = module
        self._limits = limits
        self._idle_s = idle_s
        self._most_idle_bytes = most_idle_bytes
        self._idle: Process | None = None
        self._end: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Start nothing yet: the first request starts a process."""

    async def stop(self) -> None:
        """Kill the idle process."""
        if process := self._take_idle():
            await _killed(process)

    async def answer(self, request: bytes) -> bytes:
        """The answer to a request, which does not depend on what was asked before.

        Raises:
            TookTooLongError: The answer did not arrive in time; the process was killed.
            ProcessDiedError: A new process ended without an answer.
        """
        if kept := self._take_idle():
            # It may have ended by itself, or lack the memory that earlier requests left taken.
            with contextlib.suppress(ProcessDiedError):
                return await self._answer_of(kept, request)
        return await self._answer_of(await start_process(self._module, _folder()), request)

    async def _answer_of(self, process: Process, request: bytes) -> bytes:
        try:
            async with asyncio.timeout(self._limits.seconds):
                answer = await ask_process(process, request, self._limits)
        except BaseException as error:
            await asyncio.shield(_killed(process))
            if isinstance(error, TimeoutError):
                raise TookTooLongError from None
            raise
        if self._idle is None and _bytes_of(process) <= self._most_idle_bytes:
            self._keep(process)
        else:
            await _killed(process)
        return answer

    def _keep(self, process: Process) -> None:
        self._idle = process
        self._end = asyncio.get_running_loop().call_later(self._idle_s, self._end_idle, process)

    def _take_idle(self) -> Process | None:
        process, self._idle = self._idle, None
        if self._end is not None:
            self._end.cancel()
            self._end = None
        return process if process is None or process.returncode is None else None

    def _end_idle(self, process: Process) -> None:
        if self._idle is process:
            self._idle = self._end = None
            process.kill()


def _folder() -> Path:
    return Path(tempfile.gettempdir())


def _bytes_of(process: Process) -> int:
    """The memory of a process; none if it has ended, which the next request notices."""
    try:
        return psutil.Process(process.pid).memory_info().rss
    except psutil.NoSuchProcess:
        return 0


async def _killed(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()
