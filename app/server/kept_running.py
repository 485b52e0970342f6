"""Keeps processes running: one that ends is restarted, and one that hangs is killed first."""

import asyncio
import ctypes
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, TypeAlias

from app.server.signs_of_life import SignsOfLife

# Long enough for a worker to finish its work, short enough for a person who pressed Ctrl-C.
STOP_TIMEOUT_S = 10
RESTART_PAUSES_S = (0.2, 1, 2, 5, 10)
# A child that has run this long has recovered; its next restart is quick again.
RECOVERED_AFTER_S = 30

logger = logging.getLogger("sialoscope.up")


class Command(NamedTuple):
    """The command line of a process, and the file descriptors of the sockets that it inherits.

    ``is_ours`` means that the process sends heartbeats. ``was_lost`` is called with the id of a
    process that was killed or failed, and not of one that ended in order. Without ``environment``
    the process gets the supervisor's.
    """

    line: list[str]
    descriptors: tuple[int, ...] = ()
    is_ours: bool = False
    was_lost: Callable[[int], Coroutine[Any, Any, None]] | None = None
    environment: dict[str, str] | None = None


Commands: TypeAlias = dict[str, Command]


@asynccontextmanager
async def kept_running(commands: Commands, *, hung_after_s: int) -> AsyncIterator[None]:
    """Run commands, restart each one that dies or hangs, and stop all of them at the end."""
    reports: set[asyncio.Task[None]] = set()
    keepers = [
        asyncio.create_task(_keep_running(*named, hung_after_s, reports))
        for named in commands.items()
    ]
    try:
        yield
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        await asyncio.gather(*reports, return_exceptions=True)


async def _keep_running(
    name: str, command: Command, hung_after_s: int, reports: set[asyncio.Task[None]]
) -> None:
    loop = asyncio.get_running_loop()
    deaths = 0
    while True:
        started = loop.time()
        with SignsOfLife(hung_after_s=hung_after_s) as signs:
            code = await _run_once(name, command, signs, reports)
        deaths = 0 if loop.time() - started > RECOVERED_AFTER_S else deaths
        pause = RESTART_PAUSES_S[min(deaths, len(RESTART_PAUSES_S) - 1)]
        logger.warning("The %s ended with code %s; restarting it in %s s.", name, code, pause)
        await asyncio.sleep(pause)
        deaths += 1


async def _run_once(
    name: str, command: Command, signs: SignsOfLife, reports: set[asyncio.Task[None]]
) -> int:
    """Run a process to its end; ``reports`` gets the task that reports that it was lost."""
    process = await asyncio.create_subprocess_exec(
        *command.line,
        env=(command.environment or os.environ) | signs.environment,
        pass_fds=command.descriptors,
        start_new_session=True,  # Ctrl-C must reach only the supervisor, which stops in order
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )
    try:
        return await _ended_or_killed(name, process, signs if command.is_ours else None)
    finally:
        await _end(process)
        if command.was_lost and process.returncode:
            # beside the restart, which need not wait for it
            reports.add(task := asyncio.create_task(command.was_lost(process.pid)))
            task.add_done_callback(reports.discard)


async def _ended_or_killed(
    name: str, process: asyncio.subprocess.Process, signs: SignsOfLife | None
) -> int:
    """Wait until a process ends, kill it if it hangs, and return its exit code."""
    if signs is None:
        return await process.wait()
    silent = asyncio.create_task(signs.until_silent())
    ended = asyncio.create_task(process.wait())
    try:
        await asyncio.wait({silent, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            logger.error("The %s does not answer any more; killing it.", name)
            process.kill()  # a suspended process reacts to no other signal
        return await ended
    finally:
        silent.cancel()
        ended.cancel()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _die_with_parent() -> None:
    """Ask Linux to end this process when the supervisor is killed (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
