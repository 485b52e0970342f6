"""The disk usage of database and storage, which a worker measures and Redis keeps."""

from datetime import UTC, datetime

import msgspec
from redis.asyncio import Redis

from app.db.engine.size import DatabaseSize, database_size
from app.storage import Folder, StorageSize

KEY = "sialoscope:sizes"
KEPT_S = 7 * 86_400


class Sizes(msgspec.Struct, frozen=True, kw_only=True):
    """The sizes of database and storage at a time (UTC)."""

    measured_at: datetime
    database: DatabaseSize
    storage: StorageSize


async def measure(redis: Redis, storage: Folder) -> Sizes:
    """Measure database and storage, and store the result in Redis.

    Raises:
        app.storage.StorageAwayError: the storage does not answer.
        redis.exceptions.RedisError: Redis cannot be reached.
    """
    found = Sizes(
        measured_at=datetime.now(UTC),
        database=await database_size(),
        storage=await storage.measured(),
    )
    await redis.set(KEY, msgspec.json.encode(found), ex=KEPT_S)
    return found


async def last_measured(redis: Redis) -> Sizes | None:
    """What was found last; None while nothing was measured.

    Raises:
        redis.exceptions.RedisError: Redis cannot be reached.
    """
    kept = await redis.get(KEY)
    return msgspec.json.decode(kept, type=Sizes) if kept else None
