"""``sialoscope up``: everything on one machine, started, kept running and stopped in order."""

import asyncio
import ctypes
import fcntl
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.db.migrate import migrate
from app.embedded import broker_command
from app.login_token import login_token
from app.preflight import require_broker, require_database, require_folders
from app.settings import CannotStartError, Settings

# Long enough for a worker to end what it can, short enough for a person at Ctrl-C.
STOP_TIMEOUT_S = 10
START_TIMEOUT_S = 60
RESTART_PAUSES_S = (0.2, 1, 2, 5, 10)
# A child that has run this long has recovered; its next restart is quick again.
RECOVERED_AFTER_S = 30

Commands: TypeAlias = dict[str, list[str]]

logger = logging.getLogger("sialoscope.up")


class UpError(CannotStartError):
    """A part did not start, or something else is in its place."""


async def up(settings: Settings) -> None:
    """Run the broker, the web, the workers and the scheduler until SIGINT or SIGTERM.

    Raises:
        CannotStartError: the data folder or the port is taken, or a part cannot be used.
    """
    os.umask(0o077)  # uploads, results and the database are for their owner alone
    stop = _stop_on_signal()
    require_folders(settings)
    with _locked(settings.data_folder):
        await _require_free_port(settings)
        await require_database(settings)
        if not settings.has_embedded_broker:
            await require_broker(settings)
        async with kept_running(_broker(settings)):
            await _until(lambda: _broker_answers(settings), "The broker")
            await migrate()
            async with kept_running(_parts(settings)):
                await _until(lambda: _web_answers(settings), "The web server")
                _greet(settings)
                await stop.wait()
                logger.info("Stopping.")


def _broker(settings: Settings) -> Commands:
    return {"broker": broker_command(settings)} if settings.has_embedded_broker else {}


def _parts(settings: Settings) -> Commands:
    workers = {f"worker {n}": _own_command("worker") for n in range(1, settings.workers + 1)}
    return {"web": _own_command("web"), **workers, "scheduler": _own_command("scheduler")}


def _own_command(name: str) -> list[str]:
    return [sys.executable, "-m", "app.cli", name]


@asynccontextmanager
async def kept_running(commands: Commands) -> AsyncIterator[None]:
    """Run commands, start each again whenever it dies, and end all together at the close."""
    keepers = [asyncio.create_task(_keep_running(*named)) for named in commands.items()]
    try:
        yield
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)


async def _keep_running(name: str, command: list[str]) -> None:
    loop = asyncio.get_running_loop()
    deaths = 0
    while True:
        started = loop.time()
        code = await _run_once(command)
        deaths = 0 if loop.time() - started > RECOVERED_AFTER_S else deaths
        pause = RESTART_PAUSES_S[min(deaths, len(RESTART_PAUSES_S) - 1)]
        logger.warning("The %s ended with code %s; starting it again in %s s.", name, code, pause)
        await asyncio.sleep(pause)
        deaths += 1


async def _run_once(command: list[str]) -> int:
    process = await asyncio.create_subprocess_exec(
        *command,
        start_new_session=True,  # Ctrl-C must reach the supervisor alone, which keeps the order
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )
    try:
        return await process.wait()
    finally:
        await _end(process)


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


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UpError(
                f"Another Sialoscope is running on {folder}. Stop it first, or set "
                "SIALOSCOPE_DATA to another folder."
            ) from None
        yield


async def _require_free_port(settings: Settings) -> None:
    """Bind it as the web server will, to every address that the host has."""
    try:
        probe = await asyncio.get_running_loop().create_server(
            asyncio.Protocol, settings.host, settings.port, start_serving=False
        )
    except OSError as error:
        code = error.errno or 0  # below zero where a name has no address
        reason = os.strerror(code) if code > 0 else str(error)
        raise UpError(
            f"Port {settings.port} on {settings.host} cannot be used ({reason}). "
            "Set SIALOSCOPE_PORT to a free one, and SIALOSCOPE_HOST to an address of this machine."
        ) from None
    probe.close()


async def _until(answers: Callable[[], Awaitable[bool]], what: str) -> None:
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            while not await answers():  # noqa: ASYNC110 - nothing tells when a port opens
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise UpError(f"{what} did not start within {START_TIMEOUT_S} s; see above.") from None


async def _broker_answers(settings: Settings) -> bool:
    try:
        async with Redis.from_url(settings.redis_url) as redis:
            return bool(await redis.ping())
    except (RedisError, OSError):
        return False


async def _web_answers(settings: Settings) -> bool:
    try:
        _, writer = await asyncio.open_connection(settings.host, settings.port)
    except OSError:
        return False
    writer.close()
    return True


def _greet(settings: Settings) -> None:
    address = f"{settings.local_address}/login?token={quote(login_token(settings))}"
    print(  # noqa: T201 - the one thing a person waits for
        f"\n  Sialoscope is ready. Open this address in a browser:\n\n    {address}\n\n"
        f"  Data: {settings.data_folder}    Stop: Ctrl-C\n",
        flush=True,
    )
