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
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from app.runtime.child_environment import without_secrets
from app.runtime.watchdog import alive
from app.server.data_lock import locked, make_data_folder
from app.server.embedded_broker import broker_command
from app.server.greeting import greet
from app.server.kept_running import Command, Commands, kept_running
from app.server.own_command import CommandFailedError, answer_of, own_command
from app.server.sockets import listen
from app.server.start_gate import StartGate, start_gate
from app.server.started import require_broker_started, require_web_started
from app.settings import Settings

logger = logging.getLogger("sialoscope.up")


async def up(settings: Settings) -> None:
    """Run the broker, the web, the workers and the scheduler until SIGINT or SIGTERM.

    Raises:
        CannotStartError: the data folder or the port is taken, or a part cannot be used.
    """
    stop = _stop_on_signal()
    make_data_folder(settings)
    with locked(settings.data_folder), start_gate() as gate:
        async with _listening(settings) as sockets:
            first = _broker(settings) | _web(settings, sockets, gate)
            async with kept_running(first, hung_after_s=settings.hung_after_s):
                prepared = await answer_of("prepare")
                await require_broker_started(settings)
                gate.open()
                await _run_all(settings, stop, prepared)


async def _run_all(settings: Settings, stop: asyncio.Event, prepared: str) -> None:
    """Run the workers and the scheduler beside the web, which has the gate open."""
    async with kept_running(_background(settings), hung_after_s=settings.hung_after_s):
        await require_web_started(settings)
        async with alive(settings):
            greet(settings, has_admin=bool(prepared.strip()))
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


def _web(
    settings: Settings, sockets: list[socket.socket], gate: StartGate | None = None
) -> Commands:
    descriptors = tuple(each.fileno() for each in sockets)
    words = [f"--fd={number}" for number in descriptors]
    if gate:
        words.append(f"--after={gate.descriptor}")
        descriptors = (*descriptors, gate.descriptor)
    lent = own_command("web", *words)._replace(descriptors=descriptors)
    return {f"web {n}": lent for n in range(1, settings.web_workers + 1)}


def _background(settings: Settings) -> Commands:
    worker = own_command("worker")._replace(was_lost=_release_jobs)
    workers = {f"worker {n}": worker for n in range(1, settings.workers + 1)}
    return {**workers, "scheduler": own_command("scheduler")}


async def _release_jobs(pid: int) -> None:
    """Return the jobs of a worker that was killed to the queue."""
    try:
        await answer_of("release", str(pid))
    except CommandFailedError:
        logger.warning("The jobs of a dead worker wait until their leases expire.")


def _stop_on_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
