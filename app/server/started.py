"""Waits until the broker and the web server answer after their start."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from app.server.signs_of_life import START_TIMEOUT_S
from app.settings import CannotStartError, Settings, broker_socket


class NotStartedError(CannotStartError):
    """A process did not start."""


async def require_broker_started(settings: Settings) -> None:
    """Wait for the embedded broker, if there is one.

    Raises:
        NotStartedError: it does not answer in time.
    """
    if settings.has_embedded_broker:
        await _until(lambda: _broker_answers(settings), "The broker")


async def require_web_started(settings: Settings) -> None:
    """Wait for the first web process.

    Raises:
        NotStartedError: it does not answer in time.
    """
    await _until(lambda: _web_answers(settings), "The web server")


async def _until(answers: Callable[[], Awaitable[bool]], what: str) -> None:
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            while not await answers():  # noqa: ASYNC110 - no event announces an open port
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise NotStartedError(
            f"{what} did not start within {START_TIMEOUT_S} s; see above."
        ) from None


async def _broker_answers(settings: Settings) -> bool:
    """Whether the broker has loaded its data; a client of Redis would cost this process 10 MB."""
    try:
        reader, writer = await asyncio.open_unix_connection(broker_socket(settings.data_folder))
    except OSError:
        return False
    try:
        writer.write(b"PING\r\n")
        return await reader.readline() == b"+PONG\r\n"
    except OSError:
        return False
    finally:
        writer.close()


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
