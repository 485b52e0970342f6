"""Check that Redis keeps its data, has free memory, and is closed to strangers."""

from typing import Any

from redis.asyncio import ConnectionPool, Redis
from redis.exceptions import OutOfMemoryError, RedisError

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok, warning
from app.commands.doctor.redis_access import check_access
from app.commands.doctor.redis_cli import config_set, redis_cli
from app.runtime.disk_full import REFUSED_FOR_DISK
from app.runtime.redis_connection import connect
from app.server.preflight import require_broker
from app.settings import CannotStartError, Settings, broker_socket

OLDEST = (6, 2)  # XAUTOCLAIM
KEEPS_ALL = "noeviction"
ENOUGH_ROOM = 0.8
MARK = "sialoscope:doctor"
SECRETS = ("username", "password", "credential_provider")


async def check(installation: Installation) -> Findings:
    """Check the configuration, the memory and the access of Redis."""
    settings = installation.settings
    if settings.has_embedded_broker and not broker_socket(settings.data_folder).exists():
        yield _not_started()
        return
    try:
        await require_broker(settings)
    except CannotStartError as fault:
        yield _disk_full(str(fault)) if REFUSED_FOR_DISK in str(fault) else _away(str(fault))
        return
    for each in await _check_server(settings):
        yield each


def _not_started() -> Finding:
    return error(
        "redis-not-started",
        "No Redis runs: REDIS_URL is not set, and 'sialoscope up', which starts its own, is not "
        "running.",
        why="No job starts, nobody can log in, and pages show no progress.",
        remedy="sialoscope up  # for separate services: REDIS_URL=redis://user:password@host:6379/0",
    )


def _away(fault: str) -> Finding:
    return error(
        "redis-away",
        fault,
        why="No job starts, nobody can log in, and pages show no progress.",
        remedy="sialoscope up  # or: REDIS_URL=redis://user:password@host:6379/0",
    )


async def _check_server(settings: Settings) -> list[Finding]:
    async with connect(settings.redis_url) as redis:
        info: dict[str, Any] = await redis.info()
        config = await _config(redis)
        refusal = await _write_refusal(redis)
        is_open = await _lets_strangers_in(redis)
    cli = redis_cli(settings.redis_url)
    found = [
        *_check_durability(info, config, cli),
        *check_access(settings.redis_url, config, cli, is_open=is_open),
        *_check_writes(info, refusal),
    ]
    return found or [ok("redis", f"Redis {info['redis_version']} keeps its data.")]


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
    version, policy = str(info["redis_version"]), info["maxmemory_policy"]
    findings = []
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        findings.append(_old(version))
    if policy != KEEPS_ALL:
        findings.append(_evicts(policy, cli))
    if not int(info["aof_enabled"]):
        findings.append(_not_persistent(config.get("save", ""), cli))
    return findings + _check_memory(info, cli)


def _old(version: str) -> Finding:
    return error(
        "redis-version",
        f"This is Redis {version}; 6.2 or newer is needed.",
        why="It lacks the command with which workers take over tasks of dead workers.",
        remedy="Install Valkey 8 or Redis 7.",
    )


def _evicts(policy: str, cli: str) -> Finding:
    return error(
        "redis-eviction",
        f"Redis deletes keys when its memory is full (maxmemory-policy {policy}).",
        why="Sessions, progress and waiting tasks are lost without an error.",
        remedy=config_set(cli, "maxmemory-policy noeviction"),
    )


def _not_persistent(snapshots: str, cli: str) -> Finding:
    return warning(
        "redis-persistence",
        f"Redis writes {'only snapshots' if snapshots else 'nothing'} to disk (appendonly no).",
        why="A restart logs users out, and waiting jobs start only after the next sweep.",
        remedy=config_set(cli, "appendonly yes"),
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
            remedy=config_set(cli, f"maxmemory {2 * most}"),
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
