"""The load: jobs of several owners, over HTTP and straight into the store, each with a follower."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

import httpx
from redis.asyncio import Redis

from app.analysis.example.example_table import example_table
from app.analysis.reading.decisions import ReadingChoices
from app.analysis.settings import AnalysisSettings
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.store import JobStore
from app.jobs.submission import JobSubmission
from app.progress.publisher import Publisher
from app.queue.broker import StreamBroker, create_broker
from app.settings import broker_socket
from app.storage import Folder
from tests.chaos.bulk_load import BulkLoad
from tests.chaos.content import at_once
from tests.chaos.follower import Follower
from tests.chaos.history import listen_to_alerts
from tests.chaos.installation import Installation
from tests.chaos.owners import Owner, let_in, let_in_by_stream_token

# The first submits over HTTP, the jobs of the others come straight into the store; all listen, the
# last by a stream token.
OWNERS = ("ada@lab.example", "ben@lab.example", "cleo@lab.example", "dan@lab.example")
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
    bulk: BulkLoad
    owners: list[Owner] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)

    async def let_in(self) -> None:
        """Add the accounts of the owners, before faults can cut off this process too."""
        *by_token, by_stream_token = OWNERS
        self.owners = [await let_in(name, "read", "submit") for name in by_token]
        self.owners.append(await let_in_by_stream_token(by_stream_token))
        await self.bulk.let_in()
        await listen_to_alerts()

    async def run(self) -> None:
        """Return once every follower got the end of its job."""
        tables = [example_table(seed) for seed in range(DIFFERENT_TABLES)]
        contents = [(table.write_csv().encode(), table.height) for table in tables]
        broker, redis = create_broker(self.redis_url), Redis.from_url(self.redis_url)
        await broker.startup()
        owners = self.owners
        try:
            async with _client(self.installation.server.port, owners[0]) as client:
                submissions = self._intake(broker, Publisher(redis))
                doors = _Doors(client, submissions, self.answers)
                in_bulk = asyncio.create_task(self.bulk.run(submissions, client, self._has_more))
                await asyncio.gather(
                    *(
                        self._one(doors, number, owners, *contents[number % len(contents)])
                        for number in range(self.jobs)
                    )
                )
                await in_bulk
        finally:
            await broker.shutdown()
            await redis.aclose()

    def _has_more(self) -> bool:
        return len(self.sent) < self.jobs

    @property
    def redis_url(self) -> str:
        return f"unix://{broker_socket(self.installation.server.data)}"

    def _intake(self, broker: StreamBroker, publisher: Publisher) -> JobSubmission:
        storage = Folder(self.installation.storage)
        return JobSubmission(JobStore(), storage, broker, publisher)

    async def _one(
        self, doors: "_Doors", number: int, owners: list[Owner], table: bytes, rows: int
    ) -> None:
        await asyncio.sleep(self.chance.uniform(0, self.spread_s))
        place, key = number % len(owners), f"job-{number}"
        owner = owners[place]
        by = doors.over_http if place == 0 else doors.to_the_store
        job_id = await _until_answered(by, owner.id, key, table)
        follower = Follower(
            self.installation.server.port, job_id, owner.headers, self.chance, owner.streams
        )
        self.sent.append(Sent(key, owner.id, rows, follower))
        await follower.follow()


@dataclass(frozen=True)
class _Doors:
    """The two ways in: the id of the job, empty where there was no answer and it is sent again."""

    client: httpx.AsyncClient
    submissions: JobSubmission
    answers: Counter[int]

    async def over_http(self, _: str, key: str, table: bytes) -> str:
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

    async def to_the_store(self, owner: str, key: str, table: bytes) -> str:
        try:
            job = await self.submissions.submit(
                "peaks.csv",
                at_once(table),
                AnalysisSettings(),
                ReadingChoices(),
                owner=owner,
                idempotency_key=key,
            )
        except DATABASE_FAULTS:
            return ""
        return job.id


async def _until_answered(
    by: Callable[[str, str, bytes], Awaitable[str]], owner: str, key: str, table: bytes
) -> str:
    while True:
        if job_id := await by(owner, key, table):
            return job_id
        await asyncio.sleep(TRY_AGAIN_S)


def _client(port: int, owner: Owner) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=owner.headers, timeout=30)
