"""Whether Redis keeps what it is given, has room, and is closed to others."""

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
    """Ask Redis about itself."""
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
                why="No job starts, nobody can log in, and no progress is seen.",
                remedy="sialoscope up  # or: REDIS_URL=redis://user:password@host:6379/0",
            )
        )
        return
    async with connect(settings.redis_url) as redis:
        told: dict[str, Any] = await redis.info()
        config = await _config(redis)
        refused = await _refused(redis)
        is_open = await _lets_strangers_in(redis)
    cli = redis_cli(settings.redis_url)
    found = [*_of_keeping(told, config, cli), *_of_access(settings, config, cli, is_open=is_open)]
    found += _of_writing(told, refused)
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


async def _refused(redis: Redis) -> str:
    """Why the server takes no writes; nothing when it does, or lacks memory, told elsewhere."""
    try:
        await redis.set(MARK, 1, px=1000)
    except OutOfMemoryError:
        return ""
    except RedisError as fault:
        return str(fault)
    return ""


def _of_writing(told: dict[str, Any], refused: str) -> list[Finding]:
    if not refused:
        return []
    if REFUSED_FOR_DISK in refused:
        return [_disk_full(refused)]
    remedy = "Let the user of REDIS_URL write all keys, or mend what the server's log tells."
    if told.get("role") == "slave":
        primary = f"{told['master_host']}:{told['master_port']}"
        remedy = f"REDIS_URL=redis://...@{primary}/0  # the primary, not its replica"
    return [
        error(
            "redis-refuses",
            f"Redis takes no writes ({refused}).",
            why="It answers, but no job starts, nobody can log in, and no progress is seen.",
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


def _of_keeping(told: dict[str, Any], config: dict[str, str], cli: str) -> list[Finding]:
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
                remedy=_set(cli, "maxmemory-policy noeviction"),
            )
        )
    if not int(told["aof_enabled"]):
        findings.append(_not_kept(config.get("save", ""), cli))
    return findings + _of_memory(told, cli)


def _not_kept(snapshots: str, cli: str) -> Finding:
    return warning(
        "redis-persistence",
        f"Redis writes {'snapshots alone' if snapshots else 'nothing'} to disk (appendonly no).",
        why="A restart logs users out, and waiting jobs start only after the sweeper's turn.",
        remedy=_set(cli, "appendonly yes"),
    )


def _of_memory(told: dict[str, Any], cli: str) -> list[Finding]:
    used, limit = int(told["used_memory"]), int(told["maxmemory"])
    most = limit or int(told.get("total_system_memory", 0))
    if not most or used < ENOUGH_ROOM * most:
        return []
    return [
        error(
            "redis-memory",
            f"Redis uses {used / 1e6:.0f} of {most / 1e6:.0f} MB.",
            why="Once it is full it refuses to write: no job can be submitted or told of.",
            remedy=_set(cli, f"maxmemory {2 * most}"),
        )
    ]


async def _lets_strangers_in(redis: Redis) -> bool:
    """Whether the server answers without the credentials of its URL, which can be of any user."""
    pool = redis.connection_pool
    known = {name: value for name, value in pool.connection_kwargs.items() if name not in SECRETS}
    async with Redis.from_pool(ConnectionPool(pool.connection_class, **known)) as stranger:
        try:
            await stranger.ping()
        except RedisError:
            return False
        return True


def _of_access(
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
                why="Who reaches it can read sessions and give workers orders.",
                remedy=f"{_set(cli, 'requirepass SECRET')}, and REDIS_URL=redis://:SECRET@host",
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


def _set(cli: str, what: str) -> str:
    return f"{cli} config set {what}  # and the same line in the server's file, for its next start"


def _is_closed(config: dict[str, str]) -> bool:
    """Whether only this machine reaches the server; not known counts as so."""
    binds = set(config.get("bind", "127.0.0.1").split())
    return binds <= LOOPBACK_BINDS or config.get("protected-mode") == "yes"
