"""``sialoscope up``: start everything on one machine, keep it running, and stop it in order.

A process that ends is restarted, and one that hangs is killed first. The jobs of a worker that
ended return to the queue at once, without waiting until their leases expire.

The supervisor opens the listening sockets and shares them with the web processes, so a connection
made during a restart waits instead of being refused.
"""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import partial

from redis.exceptions import RedisError

from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.store import JobStore
from app.db.migrate import migrate
from app.observability import tracing
from app.observability.metrics.measured import LOST_LEASES
from app.observability.metrics.tally import Tally
from app.runtime.child_environment import without_secrets
from app.runtime.redis_connection import connect
from app.runtime.watchdog import alive
from app.server.data_lock import locked
from app.server.embedded_broker import broker_command
from app.server.greeting import greet
from app.server.kept_running import Command, Commands, kept_running
from app.server.preflight import require_broker, require_database, require_folders, require_mail
from app.server.sockets import listen
from app.server.started import require_broker_started, require_web_started
from app.settings import Settings

logger = logging.getLogger("sialoscope.up")


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
        async with _listening(settings) as sockets, _broker_runs(settings):
            await migrate()
            own = _web(settings, sockets) | _background(settings)
            async with kept_running(own, hung_after_s=settings.hung_after_s):
                await require_web_started(settings)
                async with alive(settings):
                    await greet(settings)
                    await stop.wait()
                    logger.info("Stopping.")


@asynccontextmanager
async def _broker_runs(settings: Settings) -> AsyncIterator[None]:
    """Check the database and an external broker, or run the embedded broker."""
    await require_database(settings)
    if not settings.has_embedded_broker:
        await require_broker(settings)
    async with kept_running(_broker(settings), hung_after_s=settings.hung_after_s):
        await require_broker_started(settings)
        yield


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


def _stop_on_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
