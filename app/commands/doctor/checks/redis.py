"""Check that Redis keeps its data, has free memory, and is closed to strangers."""

from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import ConnectionPool, Redis
from redis.exceptions import OutOfMemoryError, RedisError

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok, warning
from app.commands.doctor.redis_cli import redis_cli
from app.runtime.disk_full import REFUSED_FOR_DISK
from app.runtime.redis_connection import connect
from app.server.preflight import require_broker
from app.settings import LOOPBACK_HOSTS, CannotStartError, Settings

OLDEST = (6, 2)  # XAUTOCLAIM
KEEPS_ALL = "noeviction"
ENOUGH_ROOM = 0.8
MARK = "sialoscope:doctor"
SECRETS = ("username", "password", "credential_provider")
LOOPBACK_BINDS = {"127.0.0.1", "-127.0.0.1", "::1", "-::1"}


async def check(installation: Installation) -> Findings:
    """Check the configuration, the memory and the access of Redis."""
    settings = installation.settings
    try:
        await require_broker(settings)
    except CannotStartError as fault:
        yield (
            _disk_full(str(fault))
            if REFUSED_FOR_DISK in str(fault)
            else error(
                "redis-away",
                str(fault),
                why="No job starts, nobody can log in, and pages show no progress.",
                remedy="sialoscope up  # or: REDIS_URL=redis://user:password@host:6379/0",
            )
        )
        return
    async with connect(settings.redis_url) as redis:
        info: dict[str, Any] = await redis.info()
        config = await _config(redis)
        refusal = await _write_refusal(redis)
        is_open = await _lets_strangers_in(redis)
    cli = redis_cli(settings.redis_url)
    found = [
        *_check_durability(info, config, cli),
        *_check_access(settings, config, cli, is_open=is_open),
        *_check_writes(info, refusal),
    ]
    for each in found:
        yield each
    if not found:
        yield ok("redis", f"Redis {info['redis_version']} keeps its data.")


async def _config(redis: Redis) -> dict[str, str]:
    """Return the server's configuration; empty if it may not be read, as on managed servers."""
    try:
        config: dict[Any, Any] = await redis.config_get("*")
    except RedisError:
        return {}
    return config


async def _write_refusal(redis: Redis) -> str:
    """Return why the server refuses writes, or an empty text; ``_check_memory`` covers memory."""
    try:
        await redis.set(MARK, 1, px=1000)
    except OutOfMemoryError:
        return ""
    except RedisError as fault:
        return str(fault)
    return ""


def _check_writes(info: dict[str, Any], refusal: str) -> list[Finding]:
    if not refusal:
        return []
    if REFUSED_FOR_DISK in refusal:
        return [_disk_full(refusal)]
    remedy = "Let the user of REDIS_URL write all keys, or fix the problem in the server's log."
    if info.get("role") == "slave":
        primary = f"{info['master_host']}:{info['master_port']}"
        remedy = f"REDIS_URL=redis://...@{primary}/0  # the primary, not its replica"
    return [
        error(
            "redis-refuses",
            f"Redis refuses writes ({refusal}).",
            why="It answers, but no job starts, nobody can log in, and pages show no progress.",
            remedy=remedy,
        )
    ]


def _disk_full(refused: str) -> Finding:
    return error(
        "redis-disk-full",
        f"Redis cannot write to its disk, which is most likely full ({refused}).",
        why="It refuses every write: no job starts, and nobody can log in.",
        remedy="df -h  # on the machine of Redis; make room in the folder of its dir",
    )


def _check_durability(info: dict[str, Any], config: dict[str, str], cli: str) -> list[Finding]:
    version = str(info["redis_version"])
    findings = []
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        findings.append(
            error(
                "redis-version",
                f"This is Redis {version}; 6.2 or newer is needed.",
                why="It lacks the command with which workers take over tasks of dead workers.",
                remedy="Install Valkey 8 or Redis 7.",
            )
        )
    policy = info["maxmemory_policy"]
    if policy != KEEPS_ALL:
        findings.append(
            error(
                "redis-eviction",
                f"Redis deletes keys when its memory is full (maxmemory-policy {policy}).",
                why="Sessions, progress and waiting tasks are lost without an error.",
                remedy=_set(cli, "maxmemory-policy noeviction"),
            )
        )
    if not int(info["aof_enabled"]):
        findings.append(_not_persistent(config.get("save", ""), cli))
    return findings + _check_memory(info, cli)


def _not_persistent(snapshots: str, cli: str) -> Finding:
    return warning(
        "redis-persistence",
        f"Redis writes {'only snapshots' if snapshots else 'nothing'} to disk (appendonly no).",
        why="A restart logs users out, and waiting jobs start only after the next sweep.",
        remedy=_set(cli, "appendonly yes"),
    )


def _check_memory(info: dict[str, Any], cli: str) -> list[Finding]:
    used, limit = int(info["used_memory"]), int(info["maxmemory"])
    most = limit or int(info.get("total_system_memory", 0))
    if not most or used < ENOUGH_ROOM * most:
        return []
    return [
        error(
            "redis-memory",
            f"Redis uses {used / 1e6:.0f} of {most / 1e6:.0f} MB.",
            why="Once it is full it refuses writes: no job can be submitted or show progress.",
            remedy=_set(cli, f"maxmemory {2 * most}"),
        )
    ]


async def _lets_strangers_in(redis: Redis) -> bool:
    """Whether the server answers a connection without the credentials of its URL."""
    pool = redis.connection_pool
    known = {name: value for name, value in pool.connection_kwargs.items() if name not in SECRETS}
    async with Redis.from_pool(ConnectionPool(pool.connection_class, **known)) as stranger:
        try:
            await stranger.ping()
        except RedisError:
            return False
        return True


def _check_access(
    settings: Settings, config: dict[str, str], cli: str, *, is_open: bool
) -> list[Finding]:
    parts = urlsplit(settings.redis_url)
    if parts.scheme == "unix":
        return []
    is_near = parts.hostname in LOOPBACK_HOSTS or parts.hostname == "::1"
    findings = []
    if is_open and not (is_near and _is_closed(config)):
        findings.append(
            error(
                "redis-open",
                "Redis asks for no password, and other machines may reach it.",
                why="Anybody who can reach it can read sessions and send tasks to workers.",
                remedy=f"{_set(cli, 'requirepass SECRET')}, and REDIS_URL=redis://:SECRET@host",
            )
        )
    if not is_near and parts.scheme in ("redis", "sentinel"):
        findings.append(
            warning(
                "redis-plain",
                f"The connection to Redis on {parts.hostname} is not encrypted.",
                why="Others on the network can read sessions and the password.",
                remedy="REDIS_URL=rediss://...  # unless the whole network is your own",
            )
        )
    return findings


def _set(cli: str, what: str) -> str:
    return f"{cli} config set {what}  # and the same line in the server's file, for its next start"


def _is_closed(config: dict[str, str]) -> bool:
    """Whether only this machine can reach the server; True if the configuration is unknown."""
    binds = set(config.get("bind", "127.0.0.1").split())
    return binds <= LOOPBACK_BINDS or config.get("protected-mode") == "yes"
