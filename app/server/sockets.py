"""The listening sockets of the web, which outlive the processes that serve them."""

import asyncio
import os
import socket
import sys
from collections.abc import Iterable

from app.settings import CannotStartError, Settings

# How many connections may wait for a process, for example in a restart; Linux caps it (somaxconn).
BACKLOG = 2048


class PortError(CannotStartError):
    """Nothing can listen on the port; the text says why and what to do."""


async def listen(settings: Settings) -> list[socket.socket]:
    """Listen on every address of the host; from now on connections wait instead of failing.

    Raises:
        PortError: the port is taken, or the host has no address here.
    """
    try:
        server = await asyncio.get_running_loop().create_server(
            asyncio.Protocol, settings.host, settings.port, start_serving=False
        )
        sockets = [bound.dup() for bound in server.sockets]
        server.close()
        for each in sockets:
            _end_stalled_connections(each, settings.stalled_after_s)
            each.listen(BACKLOG)
    except OSError as error:
        raise PortError(
            f"Port {settings.port} on {settings.host} cannot be used ({_reason(error)}). "
            "Set SIALOSCOPE_PORT to a free one, and SIALOSCOPE_HOST to an address of this machine."
        ) from None
    return sockets


def taken_over(descriptors: Iterable[int]) -> list[socket.socket]:
    """Return the sockets that the parent process listens on, from their file descriptors."""
    return [socket.socket(fileno=descriptor) for descriptor in descriptors]


def _end_stalled_connections(listening: socket.socket, after_s: int) -> None:
    """Let the kernel end each connection whose peer reads nothing of its data (RFC 5482).

    A client that does not read would keep its buffers and its stream for ever. Linux only.
    """
    if sys.platform == "linux":
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, after_s * 1000)


def _reason(error: OSError) -> str:
    code = error.errno or 0  # negative when a host name has no address
    return os.strerror(code) if code > 0 else str(error)
