"""Run a module in a separate process, with limits on memory and time, for one request.

The process reads one line from its standard input and writes one line to its standard output. It
ends after its work, which frees its memory. It is killed when the task that waits for it ends. If
this process dies, its standard input closes and it ends by itself (``end_with_parent``, or
``requests_until_end`` in a process that answers several requests).
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple

import psutil

from app.runtime.child_environment import without_secrets
from app.runtime.memory_limits import limit_memory
from app.runtime.own_answers import own_answers

# Pages, events and analyses have priority over this work.
NICENESS = 5
POLARS_THREADS = 2
LOOK_EVERY_S = 5.0
# Disk and a debugger make a process wait too; that is no sign of a lack of memory.
WAITS_FOR_OTHERS = (psutil.STATUS_DISK_SLEEP, psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)


class TookTooLongError(Exception):
    """The process reached its time limit and was killed."""


class ProcessDiedError(Exception):
    """The process ended without an answer, most likely because it ran out of memory."""


class Limits(NamedTuple):
    """The memory and the time that a process may use, and how long it may do nothing."""

    memory_bytes: int
    seconds: float
    idle_s: float = 30.0


async def answer_of(module: str, request: bytes, limits: Limits, *, folder: Path) -> bytes:
    """Run a module on a request and return its answer; temporary files go to ``folder``.

    Raises:
        TookTooLongError: the answer did not arrive in time.
        ProcessDiedError: the process ended without an answer.
    """
    process = await start_process(module, folder)
    try:
        async with asyncio.timeout(limits.seconds):
            return await ask_process(process, request, limits)
    except TimeoutError:
        raise TookTooLongError from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await asyncio.shield(process.wait())


def answer_one(answer: Callable[[bytes], bytes]) -> None:
    """Answer the one request of this process, or end with its parent."""
    answers = own_answers()
    request = sys.stdin.buffer.readline()
    end_with_parent()
    answers.write(answer(request) + b"\n")


def end_with_parent() -> None:
    """End this process as soon as its standard input closes."""
    Thread(target=_end_after_input, daemon=True).start()


def requests_until_end() -> Iterator[bytes]:
    """Yield the lines of standard input. When it closes, this process ends, also amid its work."""
    lines: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_hand_over, args=(lines,), daemon=True).start()
    while True:
        yield lines.get()


async def start_process(module: str, folder: Path) -> Process:
    """Start a module whose requests and answers are lines of its standard input and output."""
    environment = without_secrets() | {
        "POLARS_MAX_THREADS": str(POLARS_THREADS),
        "TMPDIR": str(folder),
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment
    )


async def ask_process(process: Process, request: bytes, limits: Limits) -> bytes:
    """Send a request to a process, with limits of memory, and return its answer.

    Raises:
        ProcessDiedError: the process ended without an answer.
    """
    if process.stdin is None or process.stdout is None:  # both are pipes
        raise ProcessDiedError
    with suppress(ProcessLookupError, ConnectionError):  # it has ended, so no answer follows
        limit_memory(limits.memory_bytes, pid=process.pid)
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        process.stdin.write(request + b"\n")
        await process.stdin.drain()
    answer = await _line_of(process, process.stdout, limits.idle_s)
    if not answer.endswith(b"\n"):
        raise ProcessDiedError
    return answer


async def _line_of(process: Process, answers: asyncio.StreamReader, idle_s: float) -> bytes:
    """The next line of a process; empty if it has ended, or does nothing any more.

    A thread of Polars that is refused memory can leave the others waiting for it for ever.
    """
    reading = asyncio.ensure_future(answers.readline())
    before, since = _cpu_s(process.pid), asyncio.get_running_loop().time()
    try:
        while not reading.done():
            await asyncio.wait({reading}, timeout=min(LOOK_EVERY_S, idle_s))
            now, used = asyncio.get_running_loop().time(), _cpu_s(process.pid)
            if used is None or used != before:
                before, since = used, now
            elif now - since >= idle_s and not reading.done():
                return b""
        return reading.result()
    finally:
        reading.cancel()


def _cpu_s(pid: int) -> float | None:
    """The processor time of a process; None if it has ended or waits for disk or a debugger."""
    try:
        process = psutil.Process(pid)
        if process.status() in WAITS_FOR_OTHERS:
            return None
        times = process.cpu_times()
    except psutil.Error:
        return None
    return times.user + times.system


def _hand_over(lines: SimpleQueue[bytes]) -> None:
    # A reader of its own, because Python takes the lock of sys.stdin when it ends.
    with os.fdopen(os.dup(0), "rb") as requests:
        for line in requests:
            lines.put(line)
    os._exit(1)


def _end_after_input() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(1)
