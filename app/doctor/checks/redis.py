"""Whether Redis keeps what it is given, has room, and is closed to others."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.doctor.finding import Finding, Findings, Installation, error, ok, warning
from app.preflight import require_broker
from app.redis_server import connect
from app.settings import LOOPBACK_HOSTS, CannotStartError, Settings

OLDEST = (6, 2)  # XAUTOCLAIM
KEEPS_ALL = "noeviction"
ENOUGH_ROOM = 0.8
LOOPBACK_BINDS = {"127.0.0.1", "-127.0.0.1", "::1", "-::1"}


async def check(installation: Installation) -> Findings:
    """Ask Redis about itself."""
    settings = installation.settings
    try:
        await require_broker(settings)
    except CannotStartError as fault:
        yield error(
            "redis-away",
            str(fault),
            why="No job starts, nobody can log in, and no progress is seen.",
            remedy="sialoscope up  # or: REDIS_URL=redis://user:password@host:6379/0",
        )
        return
    async with connect(settings.redis_url) as redis:
        told: dict[str, Any] = await redis.info()
        config = await _config(redis)
    found = [*_of_keeping(told, config), *_of_access(settings, config)]
    for each in found:
        yield each
    if not found:
        yield ok("redis", f"Redis {told['redis_version']} keeps what it is given.")


async def _config(redis: Redis) -> dict[str, str]:
    """What the server lets one see of its configuration; managed ones show none."""
    try:
        told: dict[Any, Any] = await redis.config_get("*")
    except RedisError:
        return {}
    return told


def _of_keeping(told: dict[str, Any], config: dict[str, str]) -> list[Finding]:
    version = str(told["redis_version"])
    findings = []
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        findings.append(
            error(
                "redis-version",
                f"This is Redis {version}; 6.2 or newer is needed.",
                why="It lacks the command by which jobs of dead workers are taken over.",
                remedy="Install Valkey 8 or Redis 7.",
            )
        )
    policy = told["maxmemory_policy"]
    if policy != KEEPS_ALL:
        findings.append(
            error(
                "redis-eviction",
                f"Redis forgets keys when its memory is full (maxmemory-policy {policy}).",
                why="Sessions, progress and waiting tasks vanish without a word.",
                remedy="redis-cli config set maxmemory-policy noeviction; redis-cli config rewrite",
            )
        )
    if not int(told["aof_enabled"]):
        findings.append(_not_kept(config.get("save", "")))
    return findings + _of_memory(told)


def _not_kept(snapshots: str) -> Finding:
    return warning(
        "redis-persistence",
        f"Redis writes {'snapshots alone' if snapshots else 'nothing'} to disk (appendonly no).",
        why="A restart logs users out, and waiting jobs start only after the sweeper's turn.",
        remedy="redis-cli config set appendonly yes; redis-cli config rewrite",
    )


def _of_memory(told: dict[str, Any]) -> list[Finding]:
    used, limit = int(told["used_memory"]), int(told["maxmemory"])
    most = limit or int(told.get("total_system_memory", 0))
    if not most or used < ENOUGH_ROOM * most:
        return []
    return [
        error(
            "redis-memory",
            f"Redis uses {used / 1e6:.0f} of {most / 1e6:.0f} MB.",
            why="Once it is full it refuses to write: no job can be submitted or told of.",
            remedy=f"redis-cli config set maxmemory {2 * most}; redis-cli config rewrite",
        )
    ]


def _of_access(settings: Settings, config: dict[str, str]) -> list[Finding]:
    parts = urlsplit(settings.redis_url)
    if parts.scheme == "unix":
        return []
    has_password = bool(parts.password or parse_qs(parts.query).get("password"))
    is_near = parts.hostname in LOOPBACK_HOSTS or parts.hostname == "::1"
    findings = []
    if not has_password and not (is_near and _is_closed(config)):
        findings.append(
            error(
                "redis-open",
                "Redis asks for no password, and other machines may reach it.",
                why="Who reaches it can read sessions and give workers orders.",
                remedy="redis-cli config set requirepass SECRET; then REDIS_URL=redis://:SECRET@host",
            )
        )
    if not is_near and parts.scheme in ("redis", "sentinel"):
        findings.append(
            warning(
                "redis-plain",
                f"Redis on {parts.hostname} is reached without encryption.",
                why="Sessions and the password can be read on the way.",
                remedy="REDIS_URL=rediss://...  # unless the network between is your own",
            )
        )
    return findings


def _is_closed(config: dict[str, str]) -> bool:
    """Whether only this machine reaches the server; not known counts as so."""
    binds = set(config.get("bind", "127.0.0.1").split())
    return binds <= LOOPBACK_BINDS or config.get("protected-mode") == "yes"
