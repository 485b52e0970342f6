"""A load of actions on many jobs, by HTTP: each job is changed once, and nothing of it is left."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from app.analysis.settings import AnalysisSettings
from app.db.accounts.stream_tokens import (
    Bound,
    Maker,
    Opens,
    make_stream_token,
    usable_stream_token,
)
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.tables import Audit, Job
from app.db.jobs.turns.priority import RANKS, Priority
from app.jobs.submission import JobSubmission
from tests.chaos.content import at_once
from tests.chaos.installation import Installation
from tests.chaos.owners import let_in

NAME = "eve@lab.example"
JOBS_A_ROUND = 30
TABLE = b"Name,RT,Volume\nGM1(36:1;O2),10.1,1000\nGM3(36:1;O2),10.6,2000\n"
TRY_AGAIN_S = 0.5
# A worker that hung writes at its next renewal for the last time.
LAST_WRITES_S = 60
T = TypeVar("T")


@dataclass
class BulkLoad:
    """Submits jobs in rounds, and cancels, starts, prioritizes and deletes each round at once."""

    installation: Installation
    rounds: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    deleted: list[str] = field(default_factory=list)

    async def let_in(self) -> None:
        """Add the account, before faults can cut off this process too."""
        self.owner = await let_in(NAME, "read", "submit", "manage")

    async def run(
        self, submissions: JobSubmission, client: httpx.AsyncClient, more: Callable[[], bool]
    ) -> None:
        """Do rounds as long as there are to be more."""
        while more() or not self.rounds:
            await self._round(submissions, client)
            self.rounds += 1

    async def _round(self, submissions: JobSubmission, client: httpx.AsyncClient) -> None:
        tag = f"round-{self.rounds}"
        keys = [f"{tag} {number}" for number in range(JOBS_A_ROUND)]
        ids = [await self._add(submissions, tag, key) for key in keys]
        bound, maker = Bound(Opens.JOB, ids[0]), Maker(self.owner.id)
        token = await _until_done(lambda: make_stream_token(bound, minutes=60, maker=maker))
        for action in ("cancel", "start", "priority-high"):
            await self._apply(client, action, tag)
        ranks = {row["priority"] for row in await _rows(Job.select(Job.priority), ids)}
        self.wrong["priorities not set"] += ranks != {RANKS[Priority.HIGH]}
        await self._apply(client, "cancel", tag)
        while await _until_done(lambda: _running(ids)):  # noqa: ASYNC110 - no event
            await asyncio.sleep(TRY_AGAIN_S)
        await self._apply(client, "delete", tag)
        self.wrong["jobs not deleted"] += len(await _rows(Job.select(Job.id), ids))
        self.wrong["entries"] += await _until_done(lambda: _wrong_entries(ids))
        opened = await _until_done(lambda: usable_stream_token(token.secret))
        self.wrong["stream tokens left"] += opened is not None
        self.deleted += ids

    async def _add(self, submissions: JobSubmission, tag: str, key: str) -> str:
        async def add() -> str:
            stored = await submissions.store("peaks.csv", at_once(TABLE))
            settings = AnalysisSettings().fields()
            new = stored.job(self.owner.id, settings, idempotency_key=key)
            job = await submissions.add(new)
            await Job.update({Job.tags: f" {tag} "}).where(Job.id == job.id)
            return job.id

        return await _until_done(add)

    async def _apply(self, client: httpx.AsyncClient, action: str, tag: str) -> None:
        sent = {"action": action, "q": f"tag:{tag}"}
        begun = await self._answer(client, "POST", "/api/v1/bulk-actions", json=sent)
        while begun["state"] == "running":
            await asyncio.sleep(TRY_AGAIN_S)
            begun = await self._answer(client, "GET", begun["links"]["self"])
        counted = begun["done"] + begun["refused"]
        self.wrong["miscounted"] += counted != begun["total"] or begun["state"] != "ended"

    async def _answer(
        self,
        client: httpx.AsyncClient,
        method: str,
        path: str,
        **sent: Any,  # noqa: ANN401
    ) -> dict[str, Any]:
        while True:
            try:
                answer = await client.request(method, path, headers=self.owner.headers, **sent)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.is_success:
                found: dict[str, Any] = answer.json()
                return found
            self.wrong["errors of our own"] += answer is not None and answer.status_code == 500
            await asyncio.sleep(TRY_AGAIN_S)

    async def zeros(self) -> dict[str, int]:
        """What must be zero once the last round has ended."""
        return {
            "bulk: jobs not deleted": self.wrong["jobs not deleted"],
            "bulk: files of deleted jobs left over": await self._files_left(),
            "bulk: entries of the audit trail missing or doubled": self.wrong["entries"],
            "bulk: actions that miscount": self.wrong["miscounted"],
            "bulk: rounds whose priorities were not set": self.wrong["priorities not set"],
            "bulk: answers that blame an error of our own (500)": self.wrong["errors of our own"],
            "stream tokens that outlive their job": self.wrong["stream tokens left"],
        }

    async def _files_left(self) -> int:
        for _ in range(LAST_WRITES_S):
            if not (left := self._count_files()):
                return 0
            await asyncio.sleep(1)
        return left

    def _count_files(self) -> int:
        deleted = set(self.deleted)
        paths = self.installation.storage.glob("*/*")
        return sum(path.name.partition(".")[0] in deleted for path in paths)


async def _until_done(work: Callable[[], Awaitable[T]]) -> T:
    """Do something, again and again while database or disk are away for another fault."""
    while True:
        try:
            return await work()
        except (*DATABASE_FAULTS, OSError):
            await asyncio.sleep(TRY_AGAIN_S)


async def _rows(select: Any, ids: list[str]) -> list[dict[str, Any]]:  # noqa: ANN401
    return await _until_done(lambda: _list(select.where(Job.id.is_in(ids))))


async def _list(query: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    found: list[dict[str, Any]] = await query
    return found


async def _running(ids: list[str]) -> bool:
    is_one = Job.id.is_in(ids) & Job.state.is_in(["queued", "running"])
    return bool(await Job.exists().where(is_one))


async def _wrong_entries(ids: list[str]) -> int:
    """How many jobs have not exactly one entry of their submission and one of their deletion."""
    rows = await Audit.select(Audit.job_id, Audit.what).where(Audit.job_id.is_in(ids))
    found = Counter((row["job_id"], row["what"]) for row in rows)
    return sum((found[job_id, "submitted"], found[job_id, "deleted"]) != (1, 1) for job_id in ids)
