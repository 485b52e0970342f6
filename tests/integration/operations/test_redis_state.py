"""What the operations page says about Redis, with Redis servers that are set up so."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.runtime.redis_connection import connect
from app.web.features.ops.redis_state import MOST_LOOKED_AT, RedisInspector, RedisState
from tests.servers import Valkey

KEYS = 12_000


@contextmanager
def valkey(folder: Path, *lines: str) -> Iterator[Valkey]:
    server = Valkey(folder, lines)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def state_of(server: Valkey, *, keys: int = 0) -> RedisState:
    async def work() -> RedisState:
        async with connect(f"redis://127.0.0.1:{server.port}/0") as redis:
            await redis.mset({f"sialoscope:tries:{n}": "x" for n in range(keys)} | {"strange": "x"})
            return await RedisInspector(redis).state()

    return asyncio.run(work())


@pytest.mark.parametrize(
    ("lines", "warnings"),
    [
        (("appendonly yes", "maxmemory-policy noeviction"), []),
        (("appendonly no", "maxmemory-policy noeviction"), ["no_append_only_file"]),
        (("appendonly yes", "maxmemory-policy allkeys-lru"), ["evicts_keys"]),
        (("appendonly yes", "maxmemory 1300kb"), ["memory_nearly_full"]),
    ],
)
def test_settings_that_could_cost_jobs_are_warned_of(
    tmp_path: Path, lines: tuple[str, ...], warnings: list[str]
) -> None:
    with valkey(tmp_path, *lines) as server:
        assert state_of(server).warnings == warnings


def test_of_many_keys_some_are_counted_by_kind(tmp_path: Path) -> None:
    with valkey(tmp_path, "appendonly yes") as server:
        few = state_of(server, keys=10)
        assert few.kinds.by_kind == {"tries": 10, "others": 1}
        assert few.kinds.are_all
        many = state_of(server, keys=KEYS)
        assert many.keys == KEYS + 1
        assert many.kinds.looked_at == MOST_LOOKED_AT
        assert not many.kinds.are_all
