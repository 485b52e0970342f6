"""Finds a Redis that strangers can reach or overhear."""

from urllib.parse import urlsplit

from app.commands.doctor.finding import Finding, error, warning
from app.commands.doctor.redis_cli import config_set
from app.settings import LOOPBACK_HOSTS

LOOPBACK_BINDS = {"127.0.0.1", "-127.0.0.1", "::1", "-::1"}


def check_access(url: str, config: dict[str, str], cli: str, *, is_open: bool) -> list[Finding]:
    """The findings about a server that lets anybody in (``is_open``), or is not encrypted."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return []
    is_near = parts.hostname in LOOPBACK_HOSTS or parts.hostname == "::1"
    findings = []
    if is_open and not (is_near and _is_closed(config)):
        findings.append(_open_to_strangers(cli))
    if not is_near and parts.scheme in ("redis", "sentinel"):
        findings.append(_not_encrypted(parts.hostname))
    return findings


def _open_to_strangers(cli: str) -> Finding:
    return error(
        "redis-open",
        "Redis asks for no password, and other machines may reach it.",
        why="Anybody who can reach it can read sessions and send tasks to workers.",
        remedy=f"{config_set(cli, 'requirepass SECRET')}, and REDIS_URL=redis://:SECRET@host",
    )


def _not_encrypted(host: str | None) -> Finding:
    return warning(
        "redis-plain",
        f"The connection to Redis on {host} is not encrypted.",
        why="Others on the network can read sessions and the password.",
        remedy="REDIS_URL=rediss://...  # unless the whole network is your own",
    )


def _is_closed(config: dict[str, str]) -> bool:
    """Whether only this machine can reach the server; True if the configuration is unknown."""
    binds = set(config.get("bind", "127.0.0.1").split())
    return binds <= LOOPBACK_BINDS or config.get("protected-mode") == "yes"
