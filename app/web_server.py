"""The HTTP server of one web process, on sockets that were bound before it."""

import socket

import uvicorn

from app.main import create_app
from app.settings import Settings

# What ordinary requests in flight get to finish, in seconds; the supervisor waits longer.
STOP_TIMEOUT_S = 5


def serve(settings: Settings, sockets: list[socket.socket]) -> None:
    """Serve until SIGINT or SIGTERM, then let what is in flight finish."""
    config = uvicorn.Config(
        create_app(settings),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )
    uvicorn.Server(config).run(sockets)
