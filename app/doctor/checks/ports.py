"""Whether the web has its port: it is free, or this Sialoscope is what answers there."""

import errno
import json
import socket

from app.doctor.finding import Findings, Installation, error, ok
from app.probe_client import FAULTS, ask
from app.settings import Settings

OURS = {"status": "alive"}


async def check(installation: Installation) -> Findings:
    """Bind the port for a moment; ask who has it when that fails."""
    settings = installation.settings
    reason = _why_not_free(settings)
    if reason is None:
        yield ok("ports", f"Port {settings.port} on {settings.host} is free; no web runs here.")
    elif reason == errno.EADDRINUSE and await _is_ours(settings):
        yield ok("ports", f"Sialoscope answers on port {settings.port}.")
    else:
        yield error(
            "ports-taken",
            f"The web cannot have port {settings.port} on {settings.host}, and no Sialoscope "
            "answers there.",
            why="It does not start, or another program gets what is meant for it.",
            remedy=f"SIALOSCOPE_PORT={settings.port + 1}  # see who has it: ss -ltnp",
        )


def _why_not_free(settings: Settings) -> int | None:
    """The number of the error by which the port cannot be bound; None when it can."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as fault:
            return fault.errno or -1
    return None


async def _is_ours(settings: Settings) -> bool:
    try:
        arrival = await ask(settings.local_address, "GET", "/health/live", {})
        return bool(json.loads(arrival.body) == OURS)
    except FAULTS:
        return False
