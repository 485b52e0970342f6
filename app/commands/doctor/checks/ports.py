"""Whether the web has its port: it is free, or this Sialoscope is what answers there."""

import errno
import json
import socket

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok
from app.commands.probe_client import FAULTS, ask
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
        yield _taken(settings) if reason == errno.EADDRINUSE else _never(settings, reason)


def _taken(settings: Settings) -> Finding:
    return error(
        "ports-taken",
        f"Another program than Sialoscope has port {settings.port} on {settings.host}.",
        why="The web does not start, or the other gets what is meant for it.",
        remedy=f"ss -ltnp 'sport = :{settings.port}'  # says who; end it, or set SIALOSCOPE_PORT",
    )


def _never(settings: Settings, reason: int) -> Finding:
    if reason == errno.EACCES:
        what = f"Only root may listen on port {settings.port}."
        remedy = "SIALOSCOPE_PORT=8765  # and let a proxy such as nginx listen there"
    else:
        what = f"This machine has no address {settings.host} to listen on."
        remedy = "SIALOSCOPE_HOST=127.0.0.1  # or one that 'ip -brief address' shows"
    return error("ports-unusable", what, why="The web does not start.", remedy=remedy)


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
