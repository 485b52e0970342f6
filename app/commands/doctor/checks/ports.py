"""Check that the port of the web is free, or that this Sialoscope answers on it."""

import errno
import json
import socket

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok
from app.commands.probe_client import FAULTS, ask
from app.settings import Settings

OURS = {"status": "alive"}


async def check(installation: Installation) -> Findings:
    """Try to bind the port; if that fails, find out whether Sialoscope has it."""
    settings = installation.settings
    reason = _why_not_free(settings)
    if reason is None:
        yield ok("ports", f"Port {settings.port} on {settings.host} is free; no web runs here.")
    elif reason == errno.EADDRINUSE and await _is_ours(settings):
        yield ok("ports", f"Sialoscope answers on port {settings.port}.")
    else:
        yield _taken(settings) if reason == errno.EADDRINUSE else _unusable(settings, reason)


def _taken(settings: Settings) -> Finding:
    return error(
        "ports-taken",
        f"Another program uses port {settings.port} on {settings.host}.",
        why="The web cannot start, or the other program receives its requests.",
        remedy=f"ss -ltnp 'sport = :{settings.port}'  # stop that program, or set SIALOSCOPE_PORT",
    )


def _unusable(settings: Settings, reason: int) -> Finding:
    if reason == errno.EACCES:
        what = f"Only root may listen on port {settings.port}."
        remedy = "SIALOSCOPE_PORT=8765  # and let a proxy such as nginx listen there"
    else:
        what = f"This machine has no address {settings.host} to listen on."
        remedy = "SIALOSCOPE_HOST=127.0.0.1  # or one that 'ip -brief address' shows"
    return error("ports-unusable", what, why="The web does not start.", remedy=remedy)


def _why_not_free(settings: Settings) -> int | None:
    """Return the error number of an attempt to bind the port; None if it is free."""
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
