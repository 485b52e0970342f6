"""``sialoscope up``: start everything on one machine, keep it running, and stop it in order.

A process that ends is restarted, and one that hangs is killed first. The jobs of a worker that
ended return to the queue at once, without waiting until their leases expire.

The supervisor opens the listening sockets and shares them with the web processes, so a connection
made during a restart waits instead of being refused.
"""

import asyncio
import ctypes
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import partial
from typing import NamedTuple, TypeAlias
from urllib.parse import quote, urlsplit

from redis.exceptions import RedisError

from app.db.accounts.store import AccountStore
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.store import JobStore
from app.db.migrate import migrate
from app.observability import tracing
from app.observability.metrics.measured import LOST_LEASES
from app.observability.metrics.tally import Tally
from app.runtime.child_environment import without_secrets
from app.runtime.login_token import login_token
from app.runtime.redis_connection import connect
from app.runtime.watchdog import alive
from app.server.data_lock import locked
from app.server.embedded_broker import broker_command
from app.server.preflight import require_broker, require_database, require_folders, require_mail
from app.server.signs_of_life import START_TIMEOUT_S, SignsOfLife
from app.server.sockets import listen
from app.settings import JSON, CannotStartError, Settings

# Long enough for a worker to finish its work, short enough for a person who pressed Ctrl-C.
STOP_TIMEOUT_S = 10
RESTART_PAUSES_S = (0.2, 1, 2, 5, 10)
# A child that has run this long has recovered; its next restart is quick again.
RECOVERED_AFTER_S = 30


class Command(NamedTuple):
    """The command line of a process, and the file descriptors of the sockets that it inherits.

    ``is_ours`` means that the process sends heartbeats. ``has_ended`` is called with the id of a
    process that has ended. Without ``environment`` the process gets the supervisor's.
    """

    line: list[str]
    descriptors: tuple[int, ...] = ()
    is_ours: bool = False
    has_ended: Callable[[int], Awaitable[None]] | None = None
    environment: dict[str, str] | None = None


Commands: TypeAlias = dict[str, Command]

logger = logging.getLogger("sialoscope.up")


class UpError(CannotStartError):
    """A process did not start, or another program is in its place."""


async def up(settings: Settings) -> None:
    """Run the broker, the web, the workers and the scheduler until SIGINT or SIGTERM.

    Raises:
        CannotStartError: the data folder or the port is taken, or a part cannot be used.
    """
    stop = _stop_on_signal()
    tracing.require(settings)
    require_folders(settings)
    require_mail(settings)
    with locked(settings.data_folder):
        async with _listening(settings) as sockets:
            await require_database(settings)
            if not settings.has_embedded_broker:
                await require_broker(settings)
            async with kept_running(_broker(settings), hung_after_s=settings.hung_after_s):
                await _until(lambda: _broker_answers(settings), "The broker")
                await migrate()
                own = _web(settings, sockets) | _background(settings)
                async with kept_running(own, hung_after_s=settings.hung_after_s):
                    await _until(lambda: _web_answers(settings), "The web server")
                    async with alive(settings):
                        await _greet(settings)
                        await stop.wait()
                        logger.info("Stopping.")


async def watch(settings: Settings, part: str) -> None:
    """Run a worker or a scheduler until SIGTERM; start it again when it dies or hangs."""
    stop = _stop_on_signal()
    own = {name: each for name, each in _background(settings).items() if name.startswith(part)}
    one = dict(list(own.items())[:1])
    async with kept_running(one, hung_after_s=settings.hung_after_s):
        await stop.wait()
        logger.info("Stopping.")


async def up_web(settings: Settings) -> None:
    """Run the web processes alone until SIGINT or SIGTERM.

    Raises:
        CannotStartError: the port is taken.
    """
    stop = _stop_on_signal()
    async with _listening(settings) as sockets:
        web = _web(settings, sockets)
        async with kept_running(web, hung_after_s=settings.hung_after_s), alive(settings):
            await stop.wait()
            logger.info("Stopping.")


@asynccontextmanager
async def _listening(settings: Settings) -> AsyncIterator[list[socket.socket]]:
    with ExitStack() as closing:
        yield [closing.enter_context(each) for each in await listen(settings)]


def _broker(settings: Settings) -> Commands:
    if not settings.has_embedded_broker:
        return {}
    environment = without_secrets() | {"TZ": "UTC"}  # the times of its log, as in all other logs
    return {"broker": Command(broker_command(settings), environment=environment)}


def _web(settings: Settings, sockets: list[socket.socket]) -> Commands:
    descriptors = tuple(each.fileno() for each in sockets)
    command = _own_command("web", *(f"--fd={number}" for number in descriptors))
    lent = command._replace(descriptors=descriptors)
    return {f"web {n}": lent for n in range(1, settings.web_workers + 1)}


def _background(settings: Settings) -> Commands:
    worker = _own_command("worker")._replace(has_ended=partial(_release_jobs, settings))
    workers = {f"worker {n}": worker for n in range(1, settings.workers + 1)}
    return {**workers, "scheduler": _own_command("scheduler")}


def _own_command(*words: str) -> Command:
    return Command([sys.executable, "-m", "app.cli", *words], is_ours=True)


async def _release_jobs(settings: Settings, pid: int) -> None:
    """Return the jobs of a worker that has ended to the queue; the scheduler wakes another."""
    try:
        released = await JobStore().release_held_by(f"{socket.gethostname()}:{pid}")
    except DATABASE_FAULTS as error:
        logger.warning("The jobs of a dead worker wait until their leases expire: %s", error)
        return
    if released:
        logger.warning("Returned %d jobs of a worker that ended to the queue.", released)
        LOST_LEASES.inc(released)
        with suppress(RedisError):
            async with connect(settings.redis_url) as redis:
                await Tally(redis).send()


@asynccontextmanager
async def kept_running(commands: Commands, *, hung_after_s: int) -> AsyncIterator[None]:
    """Run commands, restart each one that dies or hangs, and stop all of them at the end."""
    keepers = [
        asyncio.create_task(_keep_running(*named, hung_after_s)) for named in commands.items()
    ]
    try:
        yield
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)


async def _keep_running(name: str, command: Command, hung_after_s: int) -> None:
    loop = asyncio.get_running_loop()
    deaths = 0
    while True:
        started = loop.time()
        with SignsOfLife(hung_after_s=hung_after_s) as signs:
            code = await _run_once(name, command, signs)
        deaths = 0 if loop.time() - started > RECOVERED_AFTER_S else deaths
        pause = RESTART_PAUSES_S[min(deaths, len(RESTART_PAUSES_S) - 1)]
        logger.warning("The %s ended with code %s; restarting it in %s s.", name, code, pause)
        await asyncio.sleep(pause)
        deaths += 1


async def _run_once(name: str, command: Command, signs: SignsOfLife) -> int:
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
        if command.has_ended:
            await command.has_ended(process.pid)


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


def _stop_on_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _until(answers: Callable[[], Awaitable[bool]], what: str) -> None:
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            while not await answers():  # noqa: ASYNC110 - no event announces an open port
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise UpError(f"{what} did not start within {START_TIMEOUT_S} s; see above.") from None


async def _broker_answers(settings: Settings) -> bool:
    try:
        async with connect(settings.redis_url) as redis:
            return bool(await redis.ping())
    except (RedisError, OSError):
        return False


async def _web_answers(settings: Settings) -> bool:
    """Whether a web process answers; the socket accepts connections before one has started."""
    host = urlsplit(settings.local_address).netloc
    try:
        reader, writer = await asyncio.open_connection(settings.host, settings.port)
    except OSError:
        return False
    try:
        writer.write(f"GET /health/live HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        return bool(await reader.readline())
    except OSError:
        return False
    finally:
        writer.close()


async def _greet(settings: Settings) -> None:
    if settings.log_format == JSON:  # no person reads it, and a log must not contain the token
        logger.info("Sialoscope is ready at %s", settings.local_address)
        return
    address = f"{settings.local_address}/login?token={quote(login_token(settings))}"
    if settings.has_accounts:
        address = settings.address + await _first_steps()
    print(  # noqa: T201 - the one thing a person waits for
        f"\n  Sialoscope is ready. Open this address in a browser:\n\n    {address}\n\n"
        f"  Data: {settings.data_folder}    Stop: Ctrl-C\n",
        flush=True,
    )


async def _first_steps() -> str:
    """Return how to create the first administrator, or an empty text if there is one."""
    if await AccountStore().has_admin():
        return ""
    return (
        "\n\n  Nobody can log in yet. Make the first administrator, in another terminal and with\n"
        "  the same environment:\n\n    sialoscope user add you@example.org --admin"
    )
