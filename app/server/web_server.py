"""The HTTP server of one web process, on sockets that were bound before it."""

import socket

import uvicorn

from app.main import create_app
from app.progress.relay import Relay
from app.server.request_body import BoundedRequest
from app.settings import Settings

# What ordinary requests in flight get to finish, in seconds; the supervisor waits longer.
STOP_TIMEOUT_S = 5


class WebServer(uvicorn.Server):
    """A server that sends the event streams' clients away before it waits for open connections."""

    def __init__(self, config: uvicorn.Config, relay: Relay) -> None:
        super().__init__(config)
        self._relay = relay

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain the streams, which would otherwise stay open until the timeout; then stop."""
        self._relay.drain()
        await super().shutdown(sockets)


def serve(settings: Settings, sockets: list[socket.socket]) -> None:
    """Serve until SIGINT or SIGTERM, then let what is in flight finish."""
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        http=BoundedRequest,
        ws="none",  # or a request to upgrade would choose another protocol, if one is installed
        log_config=None,
        access_log=False,
        # Anybody could send these headers; those of a proxy alone tell the truth.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )
    WebServer(config, app.state.relay).run(sockets)
