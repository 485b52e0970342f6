"""Whether this installation can do its work: each part is asked, and none may take long."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Literal

import msgspec
from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.tables import Job
from app.storage import Folder, StorageAwayError

PARTS = ("database", "redis", "storage")
ANSWER_TIMEOUT_S = 3
# Said without what the part itself said, which may name hosts and users; that is in the log.
AWAY = "does not answer as it should"
FAULTS = (*DATABASE_FAULTS, RedisError, StorageAwayError, TimeoutError)

logger = logging.getLogger(__name__)


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether this server can take work, and how each of its parts is."""

    status: Literal["ready", "not ready"]
    parts: dict[str, str]


NOT_READY = {503: ResponseSpec(Readiness, description="A part is away.", generate_examples=False)}


@dataclass(frozen=True)
class Health:
    """Asks the parts; a question that is still open is not put a second time."""

    redis: Redis
    storage: Folder
    _asked: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def parts(self) -> dict[str, bool]:
        """Whether each part answers as it should within a few seconds."""
        answers = await asyncio.gather(*(self._answers(part) for part in PARTS))
        return dict(zip(PARTS, answers, strict=True))

    async def _answers(self, part: str) -> bool:
        asked = self._asked.get(part)
        if asked is None:
            asked = self._asked[part] = asyncio.create_task(self._ask(part))
            asked.add_done_callback(lambda done: self._forget(part, done))
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await asyncio.shield(asked)
        except FAULTS as error:
            logger.warning("The %s %s: %s", part, AWAY, str(error) or type(error).__name__)
            return False
        return True

    async def _ask(self, part: str) -> None:
        match part:
            case "database":
                await Job.select(Job.id).limit(1)
            case "redis":
                await self.redis.ping()
            case _:
                await asyncio.to_thread(self.storage.check)

    def _forget(self, part: str, done: asyncio.Task[None]) -> None:
        del self._asked[part]
        if not done.cancelled():
            done.exception()  # whoever asked has been told, or has left


@get("/health/live", exclude_from_auth=True, skip_session=True, tags=["health"])
async def is_alive() -> dict[str, str]:
    """Whether this process serves requests."""
    return {"status": "alive"}


@get(
    "/health/ready",
    exclude_from_auth=True,
    skip_session=True,
    tags=["health"],
    responses=NOT_READY,
)
async def is_ready(health: Health) -> Response[Readiness]:
    """Whether database, Redis and storage answer: 200, or 503 with those that do not."""
    parts = await health.parts()
    readiness = Readiness(
        status="ready" if all(parts.values()) else "not ready",
        parts={part: "ready" if answers else AWAY for part, answers in parts.items()},
    )
    return Response(readiness, status_code=200 if all(parts.values()) else 503)


HANDLERS = [is_alive, is_ready]
