"""The HTTP server of one web process, on sockets that the supervisor opened."""

import asyncio
import socket
from contextlib import suppress
from types import FrameType

import uvicorn

from app.main import create_app
from app.progress.relay import Relay
from app.server.open_files import (
    BoundedConnection,
    most_connections,
    raise_limit_of_open_files,
)
from app.settings import Settings

# How often uvicorn renews the Date header. It looks ten times as often whether it is to stop.
TICK_S = 1.0
# Seconds that open requests get to finish; the supervisor waits longer.
STOP_TIMEOUT_S = 5


class WebServer(uvicorn.Server):
    """A server that ends the event streams before it waits for open connections."""

    def __init__(self, config: uvicorn.Config, relay: Relay) -> None:
        super().__init__(config)
        self._relay = relay
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_to_stop = asyncio.Event()

    async def main_loop(self) -> None:
        """Tick once a second until a signal comes, so that an idle process is woken less."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_to_stop.wait(), TICK_S)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at once, without waiting for the next tick."""
        super().handle_exit(sig, frame)
        if self._loop:
            self._loop.call_soon_threadsafe(self._is_to_stop.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the event streams, which would stay open until the timeout, and then stop."""
        self._relay.drain()
        await super().shutdown(sockets)


def serve(settings: Settings, sockets: list[socket.socket]) -> None:
    """Serve until SIGINT or SIGTERM, then let open requests finish."""
    raise_limit_of_open_files()
    BoundedConnection.most = most_connections()
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        http=BoundedConnection,
        ws="none",  # otherwise an upgrade request could select an installed WebSocket protocol
        log_config=None,
        access_log=False,
        # Anybody can send these headers, so trust only those of a known proxy.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )
    WebServer(config, app.state.relay).run(sockets)
