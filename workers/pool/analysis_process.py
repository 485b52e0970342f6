"""One analysis process: start it, send it a request, follow its answers, and kill it."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import NamedTuple

import msgspec

from app.runtime.child_environment import without_secrets
from app.runtime.memory_limits import limit_memory
from workers.analysis.messages import TOO_MUCH, Answer, Refused, Request, decode_answer, encode

# A line may hold a summary with all its warnings, which is more than asyncio's 64 KiB.
LONGEST_LINE_BYTES = 64 * 1024 * 1024
# The signals that end a process without memory, or whose reader crashed on a damaged file.
CRASHES = (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL)

# How the C library keeps freed memory: in one arena of all threads, arrays of up to 32 MiB in it,
# and up to 256 MiB of it for the next arrays (ADR 156).
MALLOC = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 * 1024**2),
    "MALLOC_TRIM_THRESHOLD_": str(256 * 1024**2),
}


class ProcessDiedError(Exception):
    """The analysis process ended before its answer was complete."""


class ProcessCrashedError(ProcessDiedError):
    """The analysis process crashed, and would crash again with the same table."""


class ProcessLimits(NamedTuple):
    """How many threads Polars has in an analysis process, and how much memory the process."""

    polars_threads: int
    memory_bytes: int


def environment(limits: ProcessLimits) -> dict[str, str]:
    """Return the environment of an analysis process.

    The threads share one arena of the C library, unless the operator's environment says otherwise.
    With one each, what one thread has freed is no use to another, and the process grows from table
    to table by a third. Freed memory is kept for the next step, which would ask the system for it.
    """
    threads = {"POLARS_MAX_THREADS": str(limits.polars_threads)}
    return MALLOC | without_secrets() | threads


class AnalysisProcess:
    """One process that runs one analysis at a time."""

    def __init__(self, process: Process, limits: ProcessLimits) -> None:
        self._process = process
        self.limits = limits
        self.ran_out_of_memory = False
        self.idle_since = 0.0  # in seconds, as the event loop's time() counts

    @classmethod
    async def start(cls, module: str, limits: ProcessLimits) -> "AnalysisProcess":
        """Start a process that runs a module, with limits on Polars threads and memory."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            stdin=PIPE,
            stdout=PIPE,
            limit=LONGEST_LINE_BYTES,
            env=environment(limits),
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
