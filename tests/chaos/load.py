"""The load: jobs of several owners, over HTTP and straight into the store, each with a follower."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random

import httpx
from litestar.datastructures import UploadFile
from litestar.stores.redis import RedisStore
from redis.asyncio import Redis

from app.analysis.example import example_table
from app.broker import StreamBroker, create_broker
from app.db.engine import DATABASE_FAULTS
from app.db.jobs import JobStore
from app.progress.publisher import Publisher
from app.settings import broker_socket
from app.storage import Folder
from app.web.forms import Submission
from app.web.submit import Intake
from tests.chaos.follower import Follower
from tests.chaos.installation import Installation
from tests.servers import TOKEN

# Who has the token, and owners that the store knows but the login does not yet: a session in Redis
# lets these listen.
LOCAL_USER = "local"
OTHER_OWNERS = ("ada", "ben", "cleo")
DIFFERENT_TABLES = 8
TRY_AGAIN_S = 1.0


@dataclass
class Sent:
    """A submission: its key, how many rows its table has, and who follows its job."""

    key: str
    owner: str
    rows: int
    follower: Follower


@dataclass
class Load:
    """Submits ``jobs`` over ``spread_s`` seconds and follows each until it ends.

    ``answers`` counts the statuses that submissions were answered with.
    """

    installation: Installation
    jobs: int
    spread_s: float
    chance: Random
    sent: list[Sent] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)

    async def run(self) -> None:
        """Return once every follower was told of the end of its job."""
        tables = [example_table(seed) for seed in range(DIFFERENT_TABLES)]
        contents = [(table.write_csv().encode(), table.height) for table in tables]
        broker, redis = create_broker(self.redis_url), Redis.from_url(self.redis_url)
        await broker.startup()
        await _let_listen(redis)
        try:
            async with _client(self.installation.server.port) as client:
                doors = _Doors(client, self._intake(broker, Publisher(redis)), self.answers)
                numbers = range(self.jobs)
                await asyncio.gather(
                    *(
                        self._one(doors, number, *contents[number % len(contents)])
                        for number in numbers
                    )
                )
        finally:
            await broker.shutdown()
            await redis.aclose()

    @property
    def redis_url(self) -> str:
        return f"unix://{broker_socket(self.installation.server.data)}"

    def _intake(self, broker: StreamBroker, publisher: Publisher) -> Intake:
        storage = Folder(self.installation.storage)
        return Intake(JobStore(), storage, broker, publisher)

    async def _one(self, doors: "_Doors", number: int, table: bytes, rows: int) -> None:
        await asyncio.sleep(self.chance.uniform(0, self.spread_s))
        owner = (LOCAL_USER, *OTHER_OWNERS)[number % (1 + len(OTHER_OWNERS))]
        key = f"job-{number}"
        job_id = await doors.submit(owner, key, table)
        port = self.installation.server.port
        follower = Follower(port, job_id, _headers(owner), self.chance)
        self.sent.append(Sent(key, owner, rows, follower))
        await follower.follow()


@dataclass(frozen=True)
class _Doors:
    """The two ways in. Who is not answered sends again, with the same key."""

    client: httpx.AsyncClient
    intake: Intake
    answers: Counter[int]

    async def submit(self, owner: str, key: str, table: bytes) -> str:
        by = self._over_http if owner == LOCAL_USER else self._to_the_store
        while True:
            if job_id := await by(owner, key, table):
                return job_id
            await asyncio.sleep(TRY_AGAIN_S)

    async def _over_http(self, _: str, key: str, table: bytes) -> str:
        try:
            answer = await self.client.post(
                "/api/v1/jobs",
                files={"file": ("peaks.csv", table)},
                headers={"Idempotency-Key": key},
            )
        except httpx.TransportError:
            return ""
        self.answers[answer.status_code] += 1
        return str(answer.json()["job_id"]) if answer.is_success else ""

    async def _to_the_store(self, owner: str, key: str, table: bytes) -> str:
        upload = UploadFile("text/csv", "peaks.csv")
        await upload.write(table)
        await upload.seek(0)
        try:
            job = await self.intake.take(Submission(file=upload), owner=owner, idempotency_key=key)
        except DATABASE_FAULTS:
            return ""
        finally:
            await upload.close()
        return job.id


def _client(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers=_headers(LOCAL_USER), timeout=30
    )


def _headers(owner: str) -> dict[str, str]:
    if owner == LOCAL_USER:
        return {"Authorization": f"Bearer {TOKEN}"}
    return {"Cookie": f"session={owner}"}


async def _let_listen(redis: Redis) -> None:
    sessions = RedisStore(redis, namespace="sialoscope:sessions")
    for owner in OTHER_OWNERS:
        await sessions.set(owner, f'{{"user":"{owner}"}}'.encode(), expires_in=86_400)
