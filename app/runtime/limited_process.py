"""Run a module in a process of its own, with limits of memory and time, for one request.

The process reads one line from its standard input and answers with one on its standard output. It
ends with its work, so its memory is given back; it is killed with the task that waits for it, and
ends by itself when this process dies, for then its standard input ends (``end_with_parent``).
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from app.runtime.child_environment import without_secrets
from app.runtime.memory_limits import limit_memory

# Others come first: pages, events and analyses.
NICENESS = 5
POLARS_THREADS = 2


class TookTooLongError(Exception):
    """The process was killed at its limit of time."""


class ProcessDiedError(Exception):
    """The process ended without an answer, most likely since it was refused memory."""


class Limits(NamedTuple):
    """What a process may take."""

    memory_bytes: int
    seconds: float


async def answer_of(module: str, request: bytes, limits: Limits, *, folder: Path) -> bytes:
    """The answer of a module to a request, whose temporary files lie in a folder.

    Raises:
        TookTooLongError: it was not there in time.
        ProcessDiedError: the process ended before it.
    """
    process = await _start(module, folder)
    try:
        async with asyncio.timeout(limits.seconds):
            return await _ask(process, request, limits)
    except TimeoutError:
        raise TookTooLongError from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await asyncio.shield(process.wait())


def end_with_parent() -> None:
    """End this process as soon as its standard input does."""
    Thread(target=_end_after_input, daemon=True).start()


async def _start(module: str, folder: Path) -> Process:
    environment = without_secrets() | {
        "POLARS_MAX_THREADS": str(POLARS_THREADS),
        "TMPDIR": str(folder),
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment
    )


async def _ask(process: Process, request: bytes, limits: Limits) -> bytes:
    if process.stdin is None or process.stdout is None:  # both are pipes
        raise ProcessDiedError
    with suppress(ProcessLookupError, ConnectionError):  # it ended already: no answer comes
        limit_memory(limits.memory_bytes, pid=process.pid)
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        process.stdin.write(request + b"\n")
        await process.stdin.drain()
    answer = await process.stdout.readline()
    if not answer.endswith(b"\n"):
        raise ProcessDiedError
    return answer


def _end_after_input() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(1)
