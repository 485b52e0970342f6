"""The state of Redis: its contents, and settings that could lose jobs or events."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec
from redis.asyncio import Redis

OWN_PREFIX = "sialoscope:"
OTHERS = "others"
# The number and interval of sampled keys: enough to see what fills Redis, at little cost.
MOST_LOOKED_AT = 10_000
SCANNED_AT_ONCE = 1000
LOOKED_EVERY_S = 30
# Redis refuses writes at its memory limit, because it may not evict anything.
NEARLY_FULL = 0.8


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """The sampled keys by kind, the most frequent first.

    A kind is the second word of a key of Sialoscope, or ``others``. ``are_all`` says that the
    sample has all keys.
    """

    by_kind: dict[str, int]
    looked_at: int
    are_all: bool


class RedisState(msgspec.Struct, frozen=True, kw_only=True):
    """A Redis server; sizes in bytes, ``most_memory_bytes`` is null without a limit.

    ``warnings`` are of evicts_keys, no_append_only_file, append_only_file_fails, snapshot_fails and
    memory_nearly_full.
    """

    version: str
    memory_bytes: int
    most_memory_bytes: int | None
    policy: str
    has_append_only_file: bool
    clients: int
    keys: int
    kinds: Keys
    warnings: list[str]


@dataclass
class RedisInspector:
    """Reads the state of Redis; samples its keys at intervals, not at each read."""

    redis: Redis
    _kinds: Keys | None = None
    _looked_at: float = 0.0
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def state(self) -> RedisState:
        """Read the current state.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached.
        """
        info: dict[str, Any] = await self.redis.info()
        most = int(info.get("maxmemory", 0)) or None
        return RedisState(
            version=str(info.get("valkey_version") or info["redis_version"]),
            memory_bytes=int(info["used_memory"]),
            most_memory_bytes=most,
            policy=str(info.get("maxmemory_policy", "")),
            has_append_only_file=bool(info.get("aof_enabled")),
            clients=int(info["connected_clients"]),
            keys=int(await self.redis.dbsize()),
            kinds=await self._recent_kinds(),
            warnings=warnings_of(info),
        )

    async def _recent_kinds(self) -> Keys:
        async with self._looking:
            if self._kinds is None or time.monotonic() - self._looked_at > LOOKED_EVERY_S:
                self._kinds = await _kinds(self.redis)
                self._looked_at = time.monotonic()
            return self._kinds


def warnings_of(info: dict[str, Any]) -> list[str]:
    """The settings and states in INFO that need a change, as codes."""
    most = int(info.get("maxmemory", 0))
    found = {
        "evicts_keys": info.get("maxmemory_policy", "noeviction") != "noeviction",
        "no_append_only_file": not info.get("aof_enabled"),
        "append_only_file_fails": info.get("aof_last_write_status", "ok") != "ok",
        "snapshot_fails": info.get("rdb_last_bgsave_status", "ok") != "ok",
        "memory_nearly_full": most > 0 and int(info["used_memory"]) > NEARLY_FULL * most,
    }
    return [code for code, holds in found.items() if holds]


async def _kinds(redis: Redis) -> Keys:
    counted: Counter[str] = Counter()
    are_all = True
    async for key in redis.scan_iter(count=SCANNED_AT_ONCE):
        if counted.total() == MOST_LOOKED_AT:
            are_all = False
            break
        counted[_kind(key.decode(errors="replace"))] += 1
    return Keys(by_kind=dict(counted.most_common()), looked_at=counted.total(), are_all=are_all)


def _kind(key: str) -> str:
    return key.split(":")[1] if key.startswith(OWN_PREFIX) else OTHERS
