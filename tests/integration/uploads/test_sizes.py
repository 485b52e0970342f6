"""What database and storage take up, measured on real ones."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from app.disk_usage import last_measured, measure
from app.settings import Settings
from app.storage import Folder, create_storage
from tests.servers import S3, running_s3


def test_a_file_with_two_keys_is_counted_once(tmp_path: Path) -> None:
    storage = Folder(tmp_path)
    for key, size in (("uploads/a.csv", 100), ("results/a/1/rows.parquet", 40)):
        storage.path(key).parent.mkdir(parents=True)
        storage.path(key).write_bytes(b"x" * size)
    storage.share("uploads/a.csv", "uploads/b.csv")
    found = asyncio.run(storage.measured())
    assert found.bytes == {"uploads": 100, "results": 40}
    assert found.free_bytes


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with running_s3() as running:
        yield running


def test_a_bucket_is_counted_where_it_lies(
    tmp_path: Path, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in s3.environment.items():
        monkeypatch.setenv(name, text)
    environment = {"SIALOSCOPE_DATA": str(tmp_path)} | s3.environment
    storage = create_storage(Settings.from_environment(environment))

    async def work() -> None:
        async def content() -> AsyncIterator[bytes]:
            yield b"x" * 100

        await storage.save("uploads/a.csv", content())
        storage.path("uploads/a.csv").unlink()  # the copy on this machine does not count
        found = await storage.measured()
        assert (found.bytes, found.free_bytes) == ({"uploads": 100}, None)

    asyncio.run(work())


@pytest.mark.usefixtures("database")
def test_measured_sizes_are_kept_for_readers(tmp_path: Path, broker_url: str) -> None:
    async def work() -> None:
        async with Redis.from_url(broker_url) as redis:
            await redis.flushall()
            assert await last_measured(redis) is None
            found = await measure(redis, Folder(tmp_path))
            assert await last_measured(redis) == found
            assert found.database.bytes > 0

    asyncio.run(work())
